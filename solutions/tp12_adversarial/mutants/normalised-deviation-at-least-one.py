# %% tags=["mutant"]
# mistake = "a dimension that hardly varies is not stretched"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "less the mean, divided by the root of the variance"
# public = false

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    deviation = (shares * centred**2).sum(dim=0).sqrt()
    return centred / deviation.clamp(min=1)
