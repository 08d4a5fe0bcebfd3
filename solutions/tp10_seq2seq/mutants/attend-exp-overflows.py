# %% tags=["mutant"]
# mistake = "exp of the scores as they are"
# loses = ["q7-attend"]
# breaks = ["large"]
# hint = "exp overflows"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    e = torch.exp(scores) * mask.unsqueeze(1)
    weights = e / e.sum(dim=2, keepdim=True)
    return weights @ values, weights
