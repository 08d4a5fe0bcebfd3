# %% tags=["mutant"]
# mistake = "the move is read, and not the moved words"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "not with that at r"
# check = "D[p(x) ‖ p(x + r)]"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    return divergence(target, model(r, mask)).mean()
