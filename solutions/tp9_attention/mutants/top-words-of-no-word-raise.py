# %% tags=["mutant"]
# mistake = "a text without words raises"
# loses = ["q2-top-words"]
# breaks = ["fewer"]
# hint = "with fewer than k words, all of them"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    largest = weights.max()
    order = (weights / largest).argsort(descending=True)[: min(k, len(tokens))]
    return [(tokens[place], float(weights[place])) for place in order.tolist()]
