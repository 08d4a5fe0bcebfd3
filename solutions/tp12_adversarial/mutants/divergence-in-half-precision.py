# %% tags=["mutant"]
# mistake = "logits of p are rounded to half precision"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "a little off"
# public = false

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    log_p, log_q = p_logits.half().float().log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)
