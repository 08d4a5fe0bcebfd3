# %% tags=["mutant"]
# mistake = "a dictionary of words: one that occurs twice counts once"
# loses = ["q2-top-words"]
# breaks = ["twice"]
# hint = "occurs twice"
# public = false

# %% grade_id="q2-top-words"
def top_words(tokens: list[str], weights: Tensor, k: int) -> list[tuple[str, float]]:
    known = dict(zip(tokens, weights.tolist(), strict=True))
    return sorted(known.items(), key=lambda pair: -pair[1])[:k]
