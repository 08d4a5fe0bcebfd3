# %% tags=["mutant"]
# mistake = "the weights are sorted, the words are not: each word gets another's weight"
# loses = ["q2-top-words"]
# breaks = ["words"]
# hint = "in the order of the text"
# public = true

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    best = sorted(weights.tolist(), reverse=True)
    return list(zip(tokens, best))[:k]
