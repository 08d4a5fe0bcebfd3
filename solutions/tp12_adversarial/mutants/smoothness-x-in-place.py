# %% tags=["mutant"]
# mistake = "the words are moved in place"
# loses = ["q4-smoothness"]
# breaks = ["leaves-alone"]
# hint = "make a new tensor"
# check = "make a new tensor"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    moved = x + r
    x.data += r
    return divergence(target, model(moved, mask)).mean()
