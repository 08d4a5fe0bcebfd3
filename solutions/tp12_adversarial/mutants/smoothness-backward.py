# %% tags=["mutant"]
# mistake = "backward() inside"
# loses = ["q4-smoothness"]
# breaks = ["leaves-alone"]
# hint = "backward() adds"
# check = "backward() adds"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    loss = divergence(target, model(x + r, mask)).mean()
    if loss.requires_grad:
        loss.backward(retain_graph=True)
    return loss
