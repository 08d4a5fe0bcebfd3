# %% tags=["mutant"]
# mistake = "D of the prediction at x + r and that at x"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "the order matters"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(model(x + r, mask), target).mean()
