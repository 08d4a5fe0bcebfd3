# %% tags=["mutant"]
# mistake = "words of weight 0 are left out"
# loses = ["q2-top-words"]
# breaks = ["fewer"]
# hint = "of weight 0"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    v, i = weights.topk(min(k, len(tokens)))
    return [(tokens[j], w.item()) for w, j in zip(v, i) if w > 0]
