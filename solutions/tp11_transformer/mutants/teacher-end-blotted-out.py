# %% tags=["mutant"]
# mistake = "END becomes PAD, and noise on the padding stays"
# loses = ["q8-teacher-forcing"]
# breaks = ["padding"]
# hint = "mask is False"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    start = torch.full_like(target[:, :1], START)
    late = torch.cat([start, target[:, :-1]], dim=1)
    return late.masked_fill(late == END, PAD)
