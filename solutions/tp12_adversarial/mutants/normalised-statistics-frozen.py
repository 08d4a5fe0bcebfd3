# %% tags=["mutant"]
# mistake = "mean and variance are constants for the gradient"
# loses = ["q3-normalised"]
# breaks = ["differentiable"]
# hint = "mean and variance hang on the vectors"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    with torch.no_grad():
        mean = (shares * vectors).sum(dim=0)
        deviation = (shares * (vectors - mean) ** 2).sum(dim=0).sqrt()
    return (vectors - mean) / deviation
