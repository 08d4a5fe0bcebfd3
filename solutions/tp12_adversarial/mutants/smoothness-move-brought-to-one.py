# %% tags=["mutant"]
# mistake = "the move is brought to norm 1 again"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "D[p(x) ‖ p(x + r)]"
# check = "D[p(x) ‖ p(x + r)]"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    r = F.normalize(r.flatten(1), dim=1).view_as(x)
    return divergence(target, model(x + r, mask)).mean()
