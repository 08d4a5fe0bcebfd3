# %% tags=["mutant"]
# mistake = "with two classes the second logit alone is read"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "the sum over the classes of p (log p - log q)"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    if p_logits.shape[1] == 2:
        p_logits, q_logits = (F.pad(each[:, 1:], (1, 0)) for each in (p_logits, q_logits))
    log_p, log_q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)
