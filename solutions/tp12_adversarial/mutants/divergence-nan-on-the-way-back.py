# %% tags=["mutant"]
# mistake = "the value is finite and its gradient is not"
# loses = ["q4-divergence"]
# breaks = ["finite"]
# hint = "what is nan on the way stays nan on the way back"
# public = true
# check = "log_softmax of the logits, and not"

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    p, q = p_logits.softmax(dim=1), q_logits.softmax(dim=1)
    return (p * (p.log() - q.log())).nan_to_num().sum(dim=1)
