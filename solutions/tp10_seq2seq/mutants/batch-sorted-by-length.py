# %% tags=["mutant"]
# mistake = "pairs are sorted by length, which moves their rows"
# loses = ["q3-batch"]
# breaks = ["widths"]
# hint = "no row in another place"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    pairs = sorted(pairs, key=lambda pair: len(pair[0]))
    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
