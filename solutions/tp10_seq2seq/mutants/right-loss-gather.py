# %% tags=["mutant"]
# variant = "log-softmax, gathered by the targets"
# loses = []

# %% grade_id="q4-loss"
def sequence_loss(logits, target, mask):
    logs = logits.log_softmax(dim=2).gather(2, target.unsqueeze(2)).squeeze(2)
    return -logs[mask].mean()
