# %% tags=["mutant"]
# mistake = "divided by the mean of the absolute values, not by the root of that of the squares"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "words weighing by their counts"
# check = "words weighing by their counts"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return centred / (shares * centred.abs()).sum(dim=0)
