# %% tags=["mutant"]
# mistake = "the cross-entropy with the target, its entropy still in it"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "D[p(x) ‖ p(x + r)]"
# check = "D[p(x) ‖ p(x + r)]"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return F.cross_entropy(model(x + r, mask), target.softmax(dim=1))
