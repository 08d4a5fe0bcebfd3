# %% tags=["mutant"]
# variant = "rows kept as lists; each is done when it has ended"
# loses = []

# %% grade_id="q8-translate"
def translate(model, source, source_mask, max_length):
    mode = model.training
    model.eval()
    lines = [[START] for _ in source]
    with torch.no_grad():
        for _ in range(max_length):
            logits = model(source, source_mask, torch.tensor(lines))
            for line, row in zip(lines, logits[:, -1]):
                line.append(PAD if END in line else int(row.argmax()))
    model.train(mode)
    return torch.tensor([line[1:] for line in lines])
