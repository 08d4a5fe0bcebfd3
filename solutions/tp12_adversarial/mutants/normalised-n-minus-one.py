# %% tags=["mutant"]
# mistake = "the variance is divided by the number of running words less one"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "words weighing by their counts"
# check = "no n - 1"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    variance = (counts.unsqueeze(1) * centred**2).sum(dim=0) / (counts.sum() - 1)
    return centred / variance.sqrt()
