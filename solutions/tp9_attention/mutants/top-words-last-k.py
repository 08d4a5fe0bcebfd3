# %% tags=["mutant"]
# mistake = "the right words, from the least attended to the most"
# loses = ["q2-top-words"]
# breaks = ["words"]
# hint = "wrong order"
# public = true

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    idx = torch.argsort(weights)[-k:]
    return [(tokens[i], weights[i].item()) for i in idx]
