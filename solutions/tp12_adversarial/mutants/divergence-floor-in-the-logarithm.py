# %% tags=["mutant"]
# mistake = "a small number inside the logarithm"
# loses = ["q4-divergence"]
# breaks = ["finite"]
# hint = "no small number inside the logarithm"
# check = "log_softmax"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.softmax(dim=1), q_logits.softmax(dim=1)
    return (p * ((p + 1e-8).log() - (q + 1e-8).log())).sum(dim=1)
