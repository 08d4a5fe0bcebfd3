# %% tags=["mutant"]
# mistake = "the mean over the classes too"
# loses = ["q4-smoothness"]
# breaks = ["value"]
# hint = "this is their mean"
# public = true

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    with torch.no_grad():
        target = model(x, mask)
    p, q = (each.log_softmax(dim=1) for each in (target, model(x + r, mask)))
    return F.kl_div(q, p, log_target=True)
