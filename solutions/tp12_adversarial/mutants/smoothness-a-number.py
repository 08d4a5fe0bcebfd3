# %% tags=["mutant"]
# mistake = "a number comes back, not a tensor"
# loses = ["q4-smoothness"]
# breaks = ["target-stopped"]
# hint = "only the target is constant"
# check = "only the target is constant"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(x + r, mask)).mean().item()
