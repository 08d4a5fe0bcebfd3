# %% tags=["mutant"]
# variant = "the diagonal of the weighted covariance"
# loses = []

# %% grade_id="q3-normalised"
def normalised(vectors, counts):
    w = counts.to(vectors.dtype)
    total = w.sum()
    mean = torch.einsum("v,vd->d", w, vectors) / total
    second = torch.einsum("v,vde->de", w, torch.einsum("vd,ve->vde", vectors - mean, vectors - mean)) / total
    return (vectors - mean) * second.diagonal().rsqrt()
