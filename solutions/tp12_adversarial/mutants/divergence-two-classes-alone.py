# %% tags=["mutant"]
# mistake = "the first two classes alone"
# loses = ["q4-divergence"]
# breaks = ["order"]
# hint = "p, the first, weighs the logarithms"
# public = false

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits[:, :2].log_softmax(dim=1), q_logits[:, :2].log_softmax(dim=1)
    return (p.exp() * (p - q)).sum(dim=1)
