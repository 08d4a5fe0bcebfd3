# %% tags=["mutant"]
# mistake = "START is left out of the teacher"
# loses = ["q3-batch"]
# breaks = ["shift"]
# hint = "START is missing"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
