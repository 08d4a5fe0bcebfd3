# %% tags=["mutant"]
# mistake = "a place does not see itself: j < i"
# loses = ["q7-causal-mask"]
# breaks = ["definition"]
# hint = "a place sees itself too"
# public = true

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril(-1)
