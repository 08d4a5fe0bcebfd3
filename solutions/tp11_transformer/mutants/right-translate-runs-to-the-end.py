# %% tags=["mutant"]
# variant = "runs to the end, and cleans"
# loses = []

# %% grade_id="q8-translate"
def translate(model, source, source_mask, max_length):
    model.eval()
    B = source.shape[0]
    teacher = torch.full((B, 1), START, dtype=torch.long)
    with torch.no_grad():
        for _ in range(max_length):
            logits = model(source, source_mask, teacher)
            teacher = torch.cat([teacher, logits[:, -1:].argmax(-1)], dim=1)
    out = teacher[:, 1:].clone()
    for row in out:
        ends = (row == END).nonzero()
        if len(ends):
            row[int(ends[0]) + 1 :] = PAD
    return out
