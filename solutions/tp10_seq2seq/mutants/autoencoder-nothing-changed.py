# %% tags=["mutant"]
# mistake = "the batch comes back as it is"
# loses = ["q6-autoencoder"]
# breaks = ["source-and-end"]
# hint = "the target"
# public = true

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    return batch
