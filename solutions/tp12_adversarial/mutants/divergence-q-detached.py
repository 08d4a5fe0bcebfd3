# %% tags=["mutant"]
# mistake = "the second distribution carries no gradient"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "keeps its graph"
# public = false

# %% grade_id="q4-divergence"
def divergence(p_logits, q_logits):
    p, q = p_logits.log_softmax(1), q_logits.detach().log_softmax(1)
    return (p.exp() * (p - q)).sum(1)
