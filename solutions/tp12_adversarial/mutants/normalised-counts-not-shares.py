# %% tags=["mutant"]
# mistake = "counts weigh as they are: they do not sum to 1"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "less the mean"
# check = "less the mean"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    weights = counts.unsqueeze(1)
    centred = vectors - (weights * vectors).sum(dim=0)
    return centred / (weights * centred**2).sum(dim=0).sqrt()
