# %% tags=["mutant"]
# mistake = "the model is put into evaluation mode, and stays there"
# loses = ["q4-smoothness"]
# breaks = ["leaves-alone"]
# hint = "no train() and no eval()"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    model.eval()
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(x + r, mask)).mean()
