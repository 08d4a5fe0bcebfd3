# %% tags=["mutant"]
# mistake = "the reading of x + r is constant, and the target learns"
# loses = ["q4-smoothness"]
# breaks = ["target-stopped"]
# hint = "the other way round"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    return divergence(model(x, mask), model(x + r, mask).detach()).mean()
