# %% tags=["mutant"]
# mistake = "the vectors are changed in place"
# loses = ["q3-normalised"]
# breaks = ["differentiable"]
# hint = "change"
# check = "mean and variance hang"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    vectors.data -= (shares * vectors.data).sum(dim=0)
    return vectors / (shares * vectors**2).sum(dim=0).sqrt()
