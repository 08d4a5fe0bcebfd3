# %% tags=["mutant"]
# mistake = "a large epsilon in the divisor"
# loses = ["q7-attend"]
# breaks = ["masked-softmax"]
# hint = "a little off"
# public = true

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    e = torch.exp(
        scores - scores.masked_fill(~mask.unsqueeze(1), -1e9).amax(dim=2, keepdim=True)
    ) * mask.unsqueeze(1)
    weights = e / (e.sum(dim=2, keepdim=True) + 0.01)
    return weights @ values, weights
