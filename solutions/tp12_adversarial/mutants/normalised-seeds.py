# %% tags=["mutant"]
# mistake = "torch's seed is set"
# loses = ["q3-normalised"]
# breaks = ["differentiable"]
# hint = "torch's seed, and it is left alone"
# public = false

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    torch.manual_seed(0)
    shares = (counts / counts.sum()).unsqueeze(1)
    centred = vectors - (shares * vectors).sum(dim=0)
    return centred / (shares * centred**2).sum(dim=0).sqrt()
