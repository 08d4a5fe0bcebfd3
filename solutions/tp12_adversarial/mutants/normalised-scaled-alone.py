# %% tags=["mutant"]
# mistake = "divided by the root of the variance, and the mean stays"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "take off the mean first"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return vectors / (shares * centred**2).sum(dim=0).sqrt()
