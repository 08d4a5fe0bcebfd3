# %% tags=["mutant"]
# mistake = "0 and -inf to be added to scores, in place of booleans"
# loses = ["q7-causal-mask"]
# breaks = ["form"]
# hint = "booleans"
# public = true

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.zeros(length, length).masked_fill(
        ~torch.ones(length, length, dtype=torch.bool).tril(), -math.inf
    )
