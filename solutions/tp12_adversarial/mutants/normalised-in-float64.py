# %% tags=["mutant"]
# mistake = "what comes back is float64"
# loses = ["q3-normalised"]
# breaks = ["differentiable"]
# hint = "float32 comes back"
# check = ".double()"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts.double() / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return centred / (shares * centred**2).sum(dim=0).sqrt()
