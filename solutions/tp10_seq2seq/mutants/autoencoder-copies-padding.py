# %% tags=["mutant"]
# mistake = "what stands on the padding of the source is copied"
# loses = ["q6-autoencoder"]
# breaks = ["padding"]
# hint = "whatever stands on the padding"
# public = false

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    mask, lengths = batch.source_mask, batch.source_mask.sum(dim=1, keepdim=True)
    line = batch.source
    target = F.pad(line, (0, 1), value=PAD).scatter(1, lengths, END)
    teacher = F.pad(line, (1, 0), value=START)
    return PairBatch(line, mask, teacher, target, F.pad(mask, (1, 0), value=True))
