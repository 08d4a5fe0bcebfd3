# %% tags=["mutant"]
# mistake = "the mean over the classes"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "sum over the classes"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (p.exp() * (p - q)).mean(dim=1)
