# %% tags=["mutant"]
# mistake = "rows and columns are exchanged: a place sees what follows"
# loses = ["q7-causal-mask"]
# breaks = ["definition"]
# hint = "this is the transpose"
# public = true

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).triu()
