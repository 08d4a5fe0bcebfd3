# %% tags=["mutant"]
# mistake = "the normaliser of q is cut off"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "all of log q hangs on q"
# public = false

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    log_p = p_logits.log_softmax(dim=1)
    log_q = q_logits - q_logits.logsumexp(dim=1, keepdim=True).detach()
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)
