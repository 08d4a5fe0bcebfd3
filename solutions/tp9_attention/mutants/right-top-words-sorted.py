# %% tags=["mutant"]
# variant = "top words through sorted, the weights as tensors of one number, pairs as an iterator"
# loses = []

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    print("k =", k)
    return sorted(zip(tokens, weights), key=lambda couple: -couple[1])[:k]
