# %% tags=["mutant"]
# mistake = "the model is frozen in the end"
# loses = ["q4-smoothness"]
# breaks = ["leaves-alone"]
# hint = "requires_grad of the parameters"
# check = "requires_grad of the parameters"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    loss = divergence(target, model(x + r, mask)).mean()
    model.requires_grad_(False)
    return loss
