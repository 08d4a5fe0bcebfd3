# %% tags=["mutant"]
# mistake = "the padded target, moved by one place: END stands in the rows of shorter lines"
# loses = ["q3-batch"]
# breaks = ["shift"]
# hint = "no row of the teacher"
# public = true

# %% grade_id="q3-batch"
def make_batch(pairs):
    def padded(lines):
        return pad_sequence(
            [torch.tensor(line) for line in lines], batch_first=True, padding_value=PAD
        )

    source = padded([x for x, _ in pairs])
    target = padded([y + [END] for _, y in pairs])
    teacher = torch.cat([torch.full((len(pairs), 1), START), target[:, :-1]], dim=1)
    return PairBatch(source, source != PAD, teacher, target, target != PAD)
