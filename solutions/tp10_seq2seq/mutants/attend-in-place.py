# %% tags=["mutant"]
# mistake = "the scores are changed in place"
# loses = ["q7-attend"]
# breaks = ["calls"]
# hint = "inplace"
# public = false

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    scores.masked_fill_(~mask.unsqueeze(1), float("-inf"))
    weights = scores.softmax(dim=2)
    return weights @ values, weights
