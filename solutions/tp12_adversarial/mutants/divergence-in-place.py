# %% tags=["mutant"]
# mistake = "the logits are changed in place"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "make a new tensor"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p_logits.data -= p_logits.logsumexp(dim=1, keepdim=True)
    q = q_logits.log_softmax(dim=1)
    return (p_logits.exp() * (p_logits - q)).sum(dim=1)
