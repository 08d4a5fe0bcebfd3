# %% tags=["mutant"]
# mistake = "pairs (weight, word) in place of (word, weight)"
# loses = ["q2-top-words"]
# breaks = ["weights"]
# hint = "the word first"
# public = true

# %% grade_id="q2-top-words"
def top_words(tokens, weights, k):
    scored = [(w.item(), t) for t, w in zip(tokens, weights)]
    return sorted(scored, reverse=True)[:k]
