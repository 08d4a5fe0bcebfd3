# %% tags=["mutant"]
# mistake = "the variance is over the vocabulary, the mean over running words"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "in the variance too"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return centred / vectors.var(dim=0, correction=0).sqrt()
