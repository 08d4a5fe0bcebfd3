# %% tags=["mutant"]
# mistake = "padding stands on the left"
# loses = ["q3-batch"]
# breaks = ["widths"]
# hint = "padding stands on the right"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines],
            batch_first=True,
            padding_value=PAD,
            padding_side="left",
        )

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
