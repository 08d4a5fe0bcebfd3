# %% tags=["mutant"]
# mistake = "in bits"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "the natural logarithm"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (p.exp() * (p - q)).sum(dim=1) / 0.6931472
