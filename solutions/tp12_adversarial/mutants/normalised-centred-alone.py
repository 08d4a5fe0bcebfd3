# %% tags=["mutant"]
# mistake = "the mean is taken off, and nothing is divided"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "the mean alone was taken off"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    return vectors - (shares * vectors).sum(dim=0)
