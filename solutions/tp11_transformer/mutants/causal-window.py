# %% tags=["mutant"]
# mistake = "a place sees no more than 16 places back"
# loses = ["q7-causal-mask"]
# breaks = ["definition"]
# hint = "row i is True for the places j ≤ i"
# public = false

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril().triu(-15)
