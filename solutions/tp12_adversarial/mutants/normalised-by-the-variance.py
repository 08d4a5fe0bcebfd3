# %% tags=["mutant"]
# mistake = "divided by the variance, not by its root"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "by the root of the variance"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return centred / (shares * centred**2).sum(dim=0)
