# %% tags=["mutant"]
# mistake = "the gradient goes through the variance, and not through the mean"
# loses = ["q3-normalised"]
# breaks = ["differentiable"]
# hint = "mean and variance hang on the vectors"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0).detach()
    return centred / (shares * centred**2).sum(dim=0).sqrt()
