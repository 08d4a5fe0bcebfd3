# %% tags=["mutant"]
# mistake = "the least attended words: sorted from the smallest weight up"
# loses = ["q2-top-words"]
# breaks = ["words"]
# hint = "least attended"
# public = true

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    pairs = sorted(zip(tokens, weights.tolist()), key=lambda pair: pair[1])
    return pairs[:k]
