# %% tags=["mutant"]
# mistake = "the target is rolled: its last token stands in front"
# loses = ["q8-teacher-forcing"]
# breaks = ["one-place-late"]
# hint = "START stands there"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    return target.roll(1, dims=1).masked_fill(~mask, PAD)
