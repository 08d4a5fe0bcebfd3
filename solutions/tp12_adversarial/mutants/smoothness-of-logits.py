# %% tags=["mutant"]
# mistake = "the mean of squared differences of logits"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "D[p(x) ‖ p(x + r)]"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return ((target - model(x + r, mask)) ** 2).mean()
