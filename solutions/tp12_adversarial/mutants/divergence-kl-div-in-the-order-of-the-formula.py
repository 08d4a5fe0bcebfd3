# %% tags=["mutant"]
# mistake = "F.kl_div in the order of the formula"
# loses = ["q4-divergence"]
# breaks = ["order"]
# hint = "the order matters"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return F.kl_div(p, q, log_target=True, reduction="none").sum(dim=1)
