# %% tags=["mutant"]
# variant = "top words through topk, k bounded"
# loses = []

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    k = min(k, len(tokens))
    values, idx = weights[: len(tokens)].topk(k)
    return [(tokens[i], v) for i, v in zip(idx.tolist(), values.tolist())]
