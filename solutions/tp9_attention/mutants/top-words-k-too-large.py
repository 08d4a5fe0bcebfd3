# %% tags=["mutant"]
# mistake = "k is not bounded by the number of words: topk fails on a short review"
# loses = ["q2-top-words"]
# breaks = ["fewer"]
# hint = "selected index k out of range"
# public = true

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    values, indices = torch.topk(weights, k)
    return [(tokens[i], v.item()) for v, i in zip(values, indices)]
