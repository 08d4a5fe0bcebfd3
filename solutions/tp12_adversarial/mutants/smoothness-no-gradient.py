# %% tags=["mutant"]
# mistake = "both readings are without a gradient"
# loses = ["q4-smoothness"]
# breaks = ["target-stopped"]
# hint = "only the target is constant"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        return divergence(model(x, mask), model(x + r, mask)).mean()
