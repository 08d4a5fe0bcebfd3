# %% tags=["mutant"]
# mistake = "weights are rounded to two decimals"
# loses = ["q2-top-words"]
# breaks = ["weights"]
# hint = "own weight"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    pairs = sorted(zip(tokens, weights.tolist()), key=lambda pair: pair[1], reverse=True)
    return [(word, round(weight, 2)) for word, weight in pairs[:k]]
