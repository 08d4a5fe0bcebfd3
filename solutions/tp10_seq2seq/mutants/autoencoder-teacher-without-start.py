# %% tags=["mutant"]
# mistake = "the teacher is the source, without START"
# loses = ["q6-autoencoder"]
# breaks = ["source-and-end"]
# hint = "begins with START"
# public = true

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    mask, lengths = batch.source_mask, batch.source_mask.sum(dim=1, keepdim=True)
    line = batch.source.masked_fill(~mask, PAD)
    target = F.pad(line, (0, 1), value=PAD).scatter(1, lengths, END)
    teacher = F.pad(line, (0, 1), value=PAD)
    return PairBatch(line, mask, teacher, target, F.pad(mask, (1, 0), value=True))
