# %% tags=["mutant"]
# mistake = "the weights that are given are written into"
# loses = ["q2-top-words"]
# breaks = ["calls"]
# hint = "work on a copy"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    w = weights
    out = []
    for _ in range(min(k, len(tokens))):
        i = int(w.argmax())
        out.append((tokens[i], float(w[i])))
        w[i] = -1
    return out
