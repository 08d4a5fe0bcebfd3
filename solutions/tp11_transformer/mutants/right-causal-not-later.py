# %% tags=["mutant"]
# variant = "the mask as what is not later"
# loses = []

# %% grade_id="q7-causal-mask"
def causal_mask(length):
    return ~torch.triu(torch.ones(length, length), diagonal=1).bool()
