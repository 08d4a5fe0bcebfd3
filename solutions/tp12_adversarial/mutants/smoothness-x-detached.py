# %% tags=["mutant"]
# mistake = "the words are cut off: where they are learnt, they learn nothing"
# loses = ["q4-smoothness"]
# breaks = ["target-stopped"]
# hint = "the model and x"
# check = "only the target is constant"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(x.detach() + r, mask)).mean()
