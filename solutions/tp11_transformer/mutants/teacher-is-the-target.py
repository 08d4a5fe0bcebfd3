# %% tags=["mutant"]
# mistake = "the teacher is the target"
# loses = ["q8-teacher-forcing"]
# breaks = ["one-place-late"]
# hint = "this is the target"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    return target.masked_fill(~mask, PAD)
