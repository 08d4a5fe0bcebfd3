# %% tags=["mutant"]
# mistake = "F.kl_div with its mean over texts and classes"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "all texts were summed or averaged"
# check = "all texts were summed"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return F.kl_div(q, p, log_target=True)
