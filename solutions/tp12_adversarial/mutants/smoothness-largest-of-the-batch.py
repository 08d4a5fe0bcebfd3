# %% tags=["mutant"]
# mistake = "the largest divergence of the batch"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "D[p(x) ‖ p(x + r)]"
# check = "the mean over the batch"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(x + r, mask)).max()
