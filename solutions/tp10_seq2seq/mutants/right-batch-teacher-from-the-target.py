# %% tags=["mutant"]
# variant = "the teacher made of the target by cat and the mask"
# loses = []

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    starts = torch.full((len(pairs), 1), START)
    teacher = torch.cat([starts, target[:, :-1].masked_fill(target[:, :-1] == END, PAD)], dim=1)
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
