# %% tags=["mutant"]
# mistake = "the teacher is that of the source, the target that of the translation"
# loses = ["q6-autoencoder"]
# breaks = ["source-and-end"]
# hint = "the target of the translation"
# public = true

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    mask, lengths = batch.source_mask, batch.source_mask.sum(dim=1, keepdim=True)
    line = batch.source.masked_fill(~mask, PAD)
    target = F.pad(line, (0, 1), value=PAD).scatter(1, lengths, END)
    teacher = F.pad(line, (1, 0), value=START)
    target = batch.target
    return PairBatch(line, mask, teacher, target, F.pad(mask, (1, 0), value=True))
