# %% tags=["mutant"]
# mistake = "the first argument of F.kl_div is a probability"
# loses = ["q4-divergence"]
# breaks = ["order", "per-review"]
# hint = "p, the first, weighs the logarithms"
# check = "is a logarithm"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return F.kl_div(q.exp(), p.exp(), reduction="none").sum(dim=1)
