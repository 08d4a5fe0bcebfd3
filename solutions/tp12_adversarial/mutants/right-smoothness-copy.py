# %% tags=["mutant"]
# variant = "a copy of the model gives the target"
# loses = []

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    import copy
    frozen = copy.deepcopy(model).requires_grad_(False)
    target = frozen(x.detach(), mask)
    total = divergence(target, model(x + r, mask)).sum()
    return total / len(x)
