# %% tags=["mutant"]
# mistake = "torch's seed is set"
# loses = ["q4-divergence"]
# breaks = ["per-review"]
# hint = "torch's seed, and it is left alone"
# public = false

# %% grade_id="q4-divergence"
def divergence(p_logits: Tensor, q_logits: Tensor) -> Tensor:
    torch.manual_seed(0)
    log_p, log_q = p_logits.log_softmax(dim=1), q_logits.log_softmax(dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1)
