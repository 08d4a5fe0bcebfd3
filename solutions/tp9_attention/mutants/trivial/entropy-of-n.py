# %% tags=["mutant"]
# trivial = "the logarithm of the number of words"

# %% grade_id="q2-entropy"
def attention_entropy(weights, mask):
    return mask.sum(dim=1).float().clamp(min=1).log()

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    return [(tokens[place], weights[place].item()) for place in range(min(k, len(tokens)))]
