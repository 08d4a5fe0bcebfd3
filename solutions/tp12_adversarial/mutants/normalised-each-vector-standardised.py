# %% tags=["mutant"]
# mistake = "each vector, not each dimension, gets mean 0 and variance 1"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "words weighing by their counts"
# check = "words weighing by their counts"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    centred = vectors - vectors.mean(dim=1, keepdim=True)
    return centred / centred.var(dim=1, keepdim=True, correction=0).sqrt()
