# %% tags=["mutant"]
# mistake = "the mean is over the vocabulary, the variance over running words"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "words weigh by their counts"
# check = "weigh"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - vectors.mean(dim=0)
    return centred / (shares * centred**2).sum(dim=0).sqrt()
