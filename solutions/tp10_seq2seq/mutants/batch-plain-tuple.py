# %% tags=["mutant"]
# mistake = "a tuple without names comes back"
# loses = ["q3-batch"]
# breaks = ["types"]
# hint = "PairBatch"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return source, source != PAD, teacher, target, target != PAD
