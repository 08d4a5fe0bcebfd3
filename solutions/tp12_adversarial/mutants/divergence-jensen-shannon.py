# %% tags=["mutant"]
# mistake = "the divergence of p from the middle of both"
# loses = ["q4-divergence"]
# breaks = ["order"]
# hint = "p, the first, weighs the logarithms"
# check = "the sum over the classes"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    middle = ((p.exp() + q.exp()) / 2).log()
    return (p.exp() * (p - middle)).sum(dim=1)
