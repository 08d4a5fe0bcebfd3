# %% tags=["mutant"]
# mistake = "the mask holds numbers"
# loses = ["q6-autoencoder"]
# breaks = ["masks"]
# hint = "masks are bool"
# public = true

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    mask, lengths = batch.source_mask, batch.source_mask.sum(dim=1, keepdim=True)
    line = batch.source.masked_fill(~mask, PAD)
    target = F.pad(line, (0, 1), value=PAD).scatter(1, lengths, END)
    teacher = F.pad(line, (1, 0), value=START)
    return PairBatch(line, mask, teacher, target, F.pad(mask, (1, 0), value=True).long())
