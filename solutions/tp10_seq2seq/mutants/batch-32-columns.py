# %% tags=["mutant"]
# mistake = "all is padded to 32 columns"
# loses = ["q3-batch"]
# breaks = ["widths"]
# hint = "as long as the longest line"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        rows = [torch.tensor((line + [PAD] * 32)[:32]) for line in lines]
        return torch.stack(rows)

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = padded([[START] + y for _, y in pairs])
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
