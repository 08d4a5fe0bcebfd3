# %% tags=["mutant"]
# mistake = "True where a place may not look"
# loses = ["q7-causal-mask"]
# breaks = ["definition"]
# hint = "True where a place may look, not where"
# public = true

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).triu(1)
