# %% tags=["mutant"]
# mistake = "a mask of whole numbers"
# loses = ["q7-causal-mask"]
# breaks = ["form"]
# hint = "booleans"
# public = true

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.ones(length, length).tril().long()
