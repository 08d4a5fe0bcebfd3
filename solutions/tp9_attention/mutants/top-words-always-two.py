# %% tags=["mutant"]
# mistake = "k is never used: two words, as in the check"
# loses = ["q2-top-words"]
# breaks = ["words"]
# hint = "sort by weight, from the largest down, and keep k"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    order = weights.argsort(descending=True)[:2]
    return [(tokens[int(i)], float(weights[i])) for i in order]
