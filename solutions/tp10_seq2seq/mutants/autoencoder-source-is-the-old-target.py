# %% tags=["mutant"]
# mistake = "the source and the target of the batch are exchanged"
# loses = ["q6-autoencoder"]
# breaks = ["source-and-end"]
# hint = "target"
# public = true

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    return PairBatch(
        batch.target, batch.target_mask, batch.teacher, batch.source, batch.source_mask
    )
