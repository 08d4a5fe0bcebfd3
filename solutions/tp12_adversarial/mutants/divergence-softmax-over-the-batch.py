# %% tags=["mutant"]
# mistake = "the softmax goes over the batch"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "p (log p - log q)"
# check = "the sum over the classes"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=0), q_logits.log_softmax(dim=0)
    return (p.exp() * (p - q)).sum(dim=1)
