# %% tags=["mutant"]
# mistake = "the target learns too"
# loses = ["q4-smoothness"]
# breaks = ["target-stopped"]
# hint = "the target learns too"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    return divergence(model(x, mask), model(x + r, mask)).mean()
