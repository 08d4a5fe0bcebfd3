# %% tags=["mutant"]
# trivial = "one minus the largest weight; the words, each with its weight, in their order"

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return 1 - weights.max(dim=1).values

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    return [(word, float(weight)) for word, weight in zip(tokens, weights)]
