# %% tags=["mutant"]
# variant = "the variance as E v² less (E v)², in float64"
# loses = []

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    shares = counts.double() / counts.sum()
    mean = shares @ vectors.double()
    variance = shares @ vectors.double() ** 2 - mean**2
    return ((vectors - mean) / variance.sqrt()).float()
