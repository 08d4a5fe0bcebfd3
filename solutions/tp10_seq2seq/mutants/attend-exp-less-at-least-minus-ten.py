# %% tags=["mutant"]
# mistake = "the largest score is taken for -10 at least: low scores give 0 / 0"
# loses = ["q7-attend"]
# breaks = ["large"]
# hint = "before the largest is looked for"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    top = scores.masked_fill(~mask.unsqueeze(1), -10.0).amax(dim=2, keepdim=True)
    e = torch.exp((scores - top).clamp(max=0)) * mask.unsqueeze(1)
    weights = e / e.sum(dim=2, keepdim=True)
    return weights @ values, weights
