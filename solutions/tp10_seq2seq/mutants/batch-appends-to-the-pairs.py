# %% tags=["mutant"]
# mistake = "END is appended to the lines that are given"
# loses = ["q3-batch"]
# breaks = ["pairs"]
# hint = "make a new list"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    for _, y in pairs:
        y.append(END)
    target = padded([y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
