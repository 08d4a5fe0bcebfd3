# %% tags=["mutant"]
# mistake = "the sign is flipped"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "a divergence is never below 0"
# check = "sign is flipped"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (p.exp() * (q - p)).sum(dim=1)
