# %% tags=["mutant"]
# variant = "the cross-entropy less the entropy"
# loses = []

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p = p_logits.softmax(-1)
    return F.cross_entropy(q_logits, p, reduction="none") - F.cross_entropy(p_logits, p, reduction="none")
