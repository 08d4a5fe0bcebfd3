# %% tags=["mutant"]
# mistake = "the target is overwritten"
# loses = ["q8-teacher-forcing"]
# breaks = ["form"]
# hint = "nothing is written into the target"
# public = false

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    late = target.roll(1, dims=1)
    late[:, 0] = START
    target.copy_(late.masked_fill(~mask, PAD))
    return target.clone()
