# %% tags=["mutant"]
# mistake = "the first batch of as many pairs is kept"
# loses = ["q3-batch"]
# breaks = ["shift"]
# hint = "in their order"
# public = false

# %% grade_id="q3-batch"
kept = {}


def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return kept.setdefault(
        len(pairs), PairBatch(source, source != PAD, teacher, target, target != PAD)
    )
