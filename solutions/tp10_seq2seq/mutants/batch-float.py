# %% tags=["mutant"]
# mistake = "numbers of tokens are floats"
# loses = ["q3-batch"]
# breaks = ["types"]
# hint = "int64"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line, dtype=torch.float32) for line in lines],
            batch_first=True,
            padding_value=PAD,
        )

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
