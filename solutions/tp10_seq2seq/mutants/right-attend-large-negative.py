# %% tags=["mutant"]
# variant = "a mask of -1e9 that is added"
# loses = []

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    weights = torch.softmax(scores + (~mask)[:, None, :] * -1e9, dim=-1)
    return torch.bmm(weights, values), weights
