# %% tags=["mutant"]
# mistake = "the decoder reads what it must write"
# loses = ["q6-autoencoder"]
# breaks = ["source-and-end"]
# hint = "one place late"
# public = true

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    mask, lengths = batch.source_mask, batch.source_mask.sum(dim=1, keepdim=True)
    line = batch.source.masked_fill(~mask, PAD)
    target = F.pad(line, (0, 1), value=PAD).scatter(1, lengths, END)
    teacher = target
    return PairBatch(line, mask, teacher, target, F.pad(mask, (1, 0), value=True))
