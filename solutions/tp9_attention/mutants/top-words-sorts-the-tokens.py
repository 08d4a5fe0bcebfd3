# %% tags=["mutant"]
# mistake = "the list of words that is given is sorted in place"
# loses = ["q2-top-words"]
# breaks = ["calls"]
# hint = "work on a copy"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    values, places = weights.topk(min(k, len(tokens)))
    out = [(tokens[i], v) for i, v in zip(places.tolist(), values.tolist())]
    tokens.sort()
    return out
