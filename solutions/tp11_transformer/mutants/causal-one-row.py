# %% tags=["mutant"]
# mistake = "a row too many"
# loses = ["q7-causal-mask"]
# breaks = ["form"]
# hint = "as many rows as columns"
# public = true

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.ones(length + 1, length, dtype=torch.bool).tril()
