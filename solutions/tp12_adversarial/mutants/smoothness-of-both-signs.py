# %% tags=["mutant"]
# mistake = "the mean of D at x + r and at x - r"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "the mean over the texts of D"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    moved = [divergence(target, model(x + each, mask)).mean() for each in (r, -r)]
    return sum(moved) / 2
