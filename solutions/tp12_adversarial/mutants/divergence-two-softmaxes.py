# %% tags=["mutant"]
# mistake = "the softmax of probabilities that went through one already"
# loses = ["q4-divergence"]
# breaks = ["order"]
# hint = "one softmax each"
# check = "one softmax each, not two"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.softmax(dim=1).log_softmax(dim=1), q_logits.softmax(dim=1).log_softmax(dim=1)
    return (p.exp() * (p - q)).sum(dim=1)
