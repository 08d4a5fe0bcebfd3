# %% tags=["mutant"]
# mistake = "words of count 0 come back as zeros"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "words weighing by their counts"
# public = false

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return centred / (shares * centred**2).sum(dim=0).sqrt() * (shares > 0)
