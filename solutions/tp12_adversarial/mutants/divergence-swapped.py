# %% tags=["mutant"]
# mistake = "D[q ‖ p]"
# loses = ["q4-divergence"]
# breaks = ["order"]
# hint = "the order matters"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (q.exp() * (q - p)).sum(dim=1)
