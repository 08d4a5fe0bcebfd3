# %% tags=["mutant"]
# mistake = "targets are written from their last character to their first"
# loses = ["q3-batch"]
# breaks = ["shift"]
# hint = "in their order"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    target = padded([y[::-1] + [END] for _, y in pairs])
    teacher = padded([[START] + y[::-1] for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
