# %% tags=["mutant"]
# mistake = "START in front of the whole target: a place too many"
# loses = ["q8-teacher-forcing"]
# breaks = ["one-place-late"]
# hint = "START"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    start = torch.full_like(target[:, :1], START)
    late = torch.cat([start, target], dim=1)
    return late.masked_fill(~F.pad(mask, (1, 0), value=True), PAD)
