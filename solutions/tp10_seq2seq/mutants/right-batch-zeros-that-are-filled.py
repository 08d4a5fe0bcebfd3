# %% tags=["mutant"]
# variant = "zeros that are filled line by line, and masks beside them"
# loses = []

# %% grade_id="q3-batch"
def make_batch(pairs):
    S, T = max(len(x) for x, _ in pairs), 1 + max(len(y) for _, y in pairs)
    source = torch.zeros(len(pairs), S, dtype=torch.long)
    teacher, target = (torch.zeros(len(pairs), T, dtype=torch.long) for _ in range(2))
    source_mask, target_mask = source.bool(), target.bool()
    for i, (x, y) in enumerate(pairs):
        source[i, : len(x)] = torch.tensor(x)
        source_mask[i, : len(x)] = True
        target[i, : len(y) + 1] = torch.tensor([*y, END])
        teacher[i, : len(y) + 1] = torch.tensor([START, *y])
        target_mask[i, : len(y) + 1] = True
    return PairBatch(source, source_mask, teacher, target, target_mask)
