# %% tags=["mutant"]
# mistake = "never more than ten words"
# loses = ["q2-top-words"]
# breaks = ["fewer"]
# hint = "these are ten"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    v, i = weights.topk(min(k, len(tokens), 10))
    return [(tokens[j], w.item()) for w, j in zip(v, i)]
