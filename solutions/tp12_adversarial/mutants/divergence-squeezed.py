# %% tags=["mutant"]
# mistake = "a batch of one loses its axis"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "look for an axis too many, or squeezed away"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    log_p, log_q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).squeeze()
