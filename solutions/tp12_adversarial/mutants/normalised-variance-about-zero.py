# %% tags=["mutant"]
# mistake = "the squares are those of the vectors, the mean still in them"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "take the mean off before the squares"
# check = "words weighing by their counts"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    mean = (shares * vectors).sum(dim=0)
    return (vectors - mean) / (shares * vectors**2).sum(dim=0).sqrt()
