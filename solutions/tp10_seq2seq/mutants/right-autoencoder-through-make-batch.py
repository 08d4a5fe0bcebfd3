# %% tags=["mutant"]
# variant = "the lines go through exercise 3.1 once more"
# loses = []

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    lines = [row[seen].tolist() for row, seen in zip(batch.source, batch.source_mask)]
    return make_batch([(line, line) for line in lines])
