# %% tags=["mutant"]
# mistake = "one number for the batch"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "all texts were summed or averaged"
# check = "one"
# public = true

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (p.exp() * (p - q)).sum(dim=1).mean()
