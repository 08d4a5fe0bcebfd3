# %% tags=["mutant"]
# mistake = "words come back in lower case"
# loses = ["q2-top-words"]
# breaks = ["words"]
# hint = "as they stand in the text"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    v, i = weights.topk(min(k, len(tokens)))
    return [(tokens[j].lower(), w.item()) for w, j in zip(v, i)]
