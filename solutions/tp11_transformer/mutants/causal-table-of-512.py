# %% tags=["mutant"]
# mistake = "the mask is cut out of a table of 512 places"
# loses = ["q7-causal-mask"]
# breaks = ["definition"]
# hint = "no table that ends"
# public = false

# %% grade_id="q7-causal-mask"
def causal_mask(length: int) -> Tensor:
    return torch.ones(512, 512, dtype=torch.bool).tril()[:length, :length]
