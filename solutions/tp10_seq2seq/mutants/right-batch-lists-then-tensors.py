# %% tags=["mutant"]
# variant = "lists that are padded, then tensors, fields by name"
# loses = []

# %% grade_id="q3-batch"
def make_batch(pairs):
    def fill(lines):
        longest = max(map(len, lines))
        rows = torch.LongTensor([list(line) + [PAD] * (longest - len(line)) for line in lines])
        real = torch.BoolTensor(
            [[True] * len(line) + [False] * (longest - len(line)) for line in lines]
        )
        return rows, real

    source, source_mask = fill([x for x, y in pairs])
    target, target_mask = fill([[*y, END] for x, y in pairs])
    teacher, _ = fill([[START, *y] for x, y in pairs])
    return PairBatch(
        target=target,
        teacher=teacher,
        target_mask=target_mask,
        source=source,
        source_mask=source_mask,
    )
