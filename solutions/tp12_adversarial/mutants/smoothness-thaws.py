# %% tags=["mutant"]
# mistake = "parameters are frozen for the target, and all of them learn afterwards"
# loses = ["q4-smoothness"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters stays"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    model.requires_grad_(False)
    target = model(x, mask).detach()
    model.requires_grad_(True)
    return divergence(target, model(x + r, mask)).mean()
