# %% tags=["mutant"]
# mistake = "END enters the decoder: the mask is not used"
# loses = ["q8-teacher-forcing"]
# breaks = ["padding"]
# hint = "the mask is False"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    start = torch.full_like(target[:, :1], START)
    return torch.cat([start, target[:, :-1]], dim=1)
