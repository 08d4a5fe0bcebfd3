# %% tags=["mutant"]
# mistake = "computed in numpy: no gradient is left"
# loses = ["q3-normalised"]
# breaks = ["differentiable"]
# hint = "no .data"
# public = true

# %% grade_id="q3-normalised"
def normalised(vectors: Tensor, counts: Tensor) -> Tensor:
    rows, shares = vectors.detach().numpy(), (counts / counts.sum()).unsqueeze(1).numpy()
    centred = rows - (shares * rows).sum(axis=0)
    return torch.tensor(centred / (shares * centred**2).sum(axis=0) ** 0.5)
