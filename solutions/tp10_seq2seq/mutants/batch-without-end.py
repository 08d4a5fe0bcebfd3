# %% tags=["mutant"]
# mistake = "no END: the target is y"
# loses = ["q3-batch"]
# breaks = ["shift"]
# hint = "END is missing"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    target = padded([y for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
