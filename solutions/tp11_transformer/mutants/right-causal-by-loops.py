# %% tags=["mutant"]
# variant = "the mask by two loops"
# loses = []

# %% grade_id="q7-causal-mask"
def causal_mask(length):
    mask = torch.zeros(length, length, dtype=torch.bool)
    for i in range(length):
        for j in range(i + 1):
            mask[i, j] = True
    return mask
