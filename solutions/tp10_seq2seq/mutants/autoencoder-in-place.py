# %% tags=["mutant"]
# mistake = "the padding of the batch that is given is overwritten"
# loses = ["q6-autoencoder"]
# breaks = ["masks"]
# hint = "changes the batch in place"
# public = false

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    mask, n = batch.source_mask, batch.source_mask.sum(1, keepdim=True)
    source = batch.source.masked_fill_(~mask, PAD)
    teacher = F.pad(source, (1, 0), value=START)
    target = F.pad(source, (0, 1), value=PAD).scatter(1, n, END)
    return PairBatch(batch.source, mask, teacher, target, F.pad(mask, (1, 0), value=True))
