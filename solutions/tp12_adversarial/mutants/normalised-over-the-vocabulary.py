# %% tags=["mutant"]
# mistake = "the mean and the variance are over the vocabulary"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "weigh by their counts"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    centred = vectors - vectors.mean(dim=0)
    return centred / vectors.std(dim=0, correction=0)
