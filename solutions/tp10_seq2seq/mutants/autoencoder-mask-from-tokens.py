# %% tags=["mutant"]
# mistake = "the lengths are those of the tokens that are not 0"
# loses = ["q6-autoencoder"]
# breaks = ["padding"]
# hint = "whatever stands on the padding"
# public = false

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    mask, lengths = batch.source != PAD, (batch.source != PAD).sum(dim=1, keepdim=True)
    line = batch.source.masked_fill(~mask, PAD)
    target = F.pad(line, (0, 1), value=PAD).scatter(1, lengths, END)
    teacher = F.pad(line, (1, 0), value=START)
    return PairBatch(line, mask, teacher, target, F.pad(mask, (1, 0), value=True))
