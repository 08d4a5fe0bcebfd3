# %% tags=["mutant"]
# mistake = "the loss comes back in float64"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "float32 comes back"
# public = false

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target.double(), model(x + r, mask).double()).mean()
