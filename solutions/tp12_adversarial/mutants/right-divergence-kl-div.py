# %% tags=["mutant"]
# variant = "F.kl_div with log_target"
# loses = []

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return F.kl_div(q, p, log_target=True, reduction="none").sum(-1)
