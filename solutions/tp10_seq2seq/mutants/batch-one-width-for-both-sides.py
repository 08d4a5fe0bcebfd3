# %% tags=["mutant"]
# mistake = "both sides are as wide as the longest of all lines"
# loses = ["q3-batch"]
# breaks = ["widths"]
# hint = "as long as the longest line"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        width = 1 + max(len(line) for pair in pairs for line in pair)
        return torch.tensor([line + [PAD] * (width - len(line)) for line in lines])

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
