# %% tags=["mutant"]
# mistake = "one variance for all dimensions"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "words weighing by their counts"
# check = "a variance of its own"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return centred / (shares * centred**2).sum(dim=0).mean().sqrt()
