# %% tags=["mutant"]
# variant = "from differences of logits and of normalisers"
# loses = []

# %% grade_id="q4-divergence"
def divergence(p_logits, q_logits):
    p = p_logits.softmax(-1)
    return (p * (p_logits - q_logits)).sum(-1) - p_logits.logsumexp(-1) + q_logits.logsumexp(-1)
