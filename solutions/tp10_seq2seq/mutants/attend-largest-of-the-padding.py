# %% tags=["mutant"]
# mistake = "the largest score is looked for on padding too"
# loses = ["q7-attend"]
# breaks = ["padding"]
# hint = "before the largest is looked for"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    e = torch.exp(scores - scores.amax(dim=2, keepdim=True)) * mask.unsqueeze(1)
    weights = e / e.sum(dim=2, keepdim=True)
    return weights @ values, weights
