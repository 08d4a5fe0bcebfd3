# %% tags=["mutant"]
# mistake = "the sum of squared differences"
# loses = ["q4-divergence"]
# breaks = ["order"]
# hint = "both orders give the same"
# check = "the sum over the classes"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return ((p.exp() - q.exp()) ** 2).sum(dim=1)
