# %% tags=["mutant"]
# mistake = "the sum over the batch"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "not the sum"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(x + r, mask)).sum()
