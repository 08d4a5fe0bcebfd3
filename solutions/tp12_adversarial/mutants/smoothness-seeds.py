# %% tags=["mutant"]
# mistake = "torch's seed is set before each reading"
# loses = ["q4-smoothness"]
# breaks = ["leaves-alone"]
# hint = "torch's seed, and it is left alone"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    torch.manual_seed(0)
    with torch.no_grad():
        target = model(x, mask)
    torch.manual_seed(0)
    return divergence(target, model(x + r, mask)).mean()
