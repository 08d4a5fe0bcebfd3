# %% tags=["mutant"]
# mistake = "the cross-entropy of p and q, the entropy of p still in it"
# loses = ["q4-divergence"]
# breaks = ["order"]
# hint = "p, the first, weighs the logarithms"
# check = "less the entropy of p"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return -(p.exp() * q).sum(dim=1)
