# %% tags=["mutant"]
# mistake = "the numbers come back in float64"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "float32 comes back"
# public = true
# check = "no .double()"

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    log_p, log_q = p_logits.double().log_softmax(dim=1), q_logits.double().log_softmax(dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)
