# %% tags=["mutant"]
# mistake = "one place early"
# loses = ["q8-teacher-forcing"]
# breaks = ["one-place-late"]
# hint = "not early"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    return F.pad(target[:, 1:], (0, 1), value=PAD).masked_fill(~mask, PAD)
