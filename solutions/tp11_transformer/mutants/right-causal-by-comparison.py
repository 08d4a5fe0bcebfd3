# %% tags=["mutant"]
# variant = "the mask by comparing numbers of places"
# loses = []

# %% grade_id="q7-causal-mask"
def causal_mask(length):
    place = torch.arange(length)
    return place.unsqueeze(1) >= place
