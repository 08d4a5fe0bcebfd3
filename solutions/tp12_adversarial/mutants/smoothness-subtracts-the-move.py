# %% tags=["mutant"]
# mistake = "the move is taken off"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "the move is added to x"
# check = "D at x - r"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(x - r, mask)).mean()
