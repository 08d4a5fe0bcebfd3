# %% tags=["mutant"]
# mistake = "a word is looked up by its weight: where two weigh the same, one is told twice"
# loses = ["q2-top-words"]
# breaks = ["fewer"]
# hint = "words may have the same weight"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    shares = weights.tolist()
    return [(tokens[shares.index(share)], share) for share in sorted(shares, reverse=True)[:k]]
