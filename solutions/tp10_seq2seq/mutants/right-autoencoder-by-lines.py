# %% tags=["mutant"]
# variant = "each line is cut out by its mask, and padded again"
# loses = []

# %% grade_id="q6-autoencoder"
def autoencoder_batch(batch):
    lines = [row[seen] for row, seen in zip(batch.source, batch.source_mask)]
    start, end = torch.tensor([START]), torch.tensor([END])
    teacher = pad_sequence([torch.cat([start, line]) for line in lines], batch_first=True)
    target = pad_sequence([torch.cat([line, end]) for line in lines], batch_first=True)
    lengths = torch.tensor([len(line) + 1 for line in lines])
    shown = torch.arange(target.shape[1]) < lengths.unsqueeze(1)
    return batch._replace(teacher=teacher, target=target, target_mask=shown)
