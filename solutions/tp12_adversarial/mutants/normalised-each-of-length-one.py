# %% tags=["mutant"]
# mistake = "each vector is brought to length 1"
# loses = ["q3-normalised"]
# breaks = ["weighted-moments"]
# hint = "not each vector"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    return F.normalize(vectors, dim=1)
