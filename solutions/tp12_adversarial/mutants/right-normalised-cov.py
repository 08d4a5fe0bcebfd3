# %% tags=["mutant"]
# variant = "a weighted covariance, correction 0"
# loses = []

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    deviations = torch.cov(vectors.T, correction=0, fweights=counts.long()).diagonal().sqrt()
    mean = torch.einsum('v,vd->d', counts / counts.sum(), vectors)
    return (vectors - mean) / deviations
