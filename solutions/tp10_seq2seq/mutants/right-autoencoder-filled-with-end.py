# %% tags=["mutant"]
# variant = "what is no text in the target is END, under the mask"
# loses = []

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    B, S = batch.source.shape
    target = torch.full((B, S + 1), END)
    target[:, :S][batch.source_mask] = batch.source[batch.source_mask]
    teacher = torch.full((B, S + 1), START)
    teacher[:, 1:] = target[:, :-1]
    shown = torch.ones(B, S + 1, dtype=torch.bool)
    shown[:, 1:] = batch.source_mask
    return PairBatch(batch.source, batch.source_mask, teacher, target, shown)
