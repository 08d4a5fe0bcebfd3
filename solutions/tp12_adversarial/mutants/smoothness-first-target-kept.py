# %% tags=["mutant"]
# mistake = "the target of a model is kept for the next call"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "this is the target of the call before"
# public = false

# %% grade_id="q4-smoothness"
TARGETS = {}


def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    if id(model) not in TARGETS:
        TARGETS.clear()
        TARGETS[id(model)] = model, model(x, mask).detach()
    return divergence(TARGETS[id(model)][1], model(x + r, mask)).mean()
