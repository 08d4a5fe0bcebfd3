# %% tags=["mutant"]
# mistake = "the root of the mean divergence"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "D[p(x) ‖ p(x + r)]"
# check = "D[p(x) ‖ p(x + r)]"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(x + r, mask)).mean().clamp(min=1e-12).sqrt()
