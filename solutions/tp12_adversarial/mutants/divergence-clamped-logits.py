# %% tags=["mutant"]
# mistake = "the logits are clamped at ±10"
# loses = ["q4-divergence"]
# breaks = ["finite"]
# hint = "no small number inside the logarithm"
# check = "log_softmax"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.clamp(-10, 10).log_softmax(dim=1), q_logits.clamp(-10, 10).log_softmax(dim=1)
    return (p.exp() * (p - q)).sum(dim=1)
