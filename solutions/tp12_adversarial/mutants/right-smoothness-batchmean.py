# %% tags=["mutant"]
# variant = "F.kl_div with batchmean, r detached again"
# loses = []

# %% grade_id="q4-smoothness"
def smoothness_loss(model: nn.Module, x: Tensor, mask: Tensor, r: Tensor) -> Tensor:
    target = F.softmax(model(x, mask), dim=-1).detach()
    log_q = F.log_softmax(model(x + r.detach(), mask), dim=-1)
    return F.kl_div(log_q, target, reduction="batchmean")
