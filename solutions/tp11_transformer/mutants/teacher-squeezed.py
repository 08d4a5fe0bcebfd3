# %% tags=["mutant"]
# mistake = "a batch of one loses its axis"
# loses = ["q8-teacher-forcing"]
# breaks = ["form"]
# hint = "mask is False"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    start = torch.full_like(target[:, :1], START)
    return torch.cat([start, target[:, :-1]], dim=1).masked_fill(~mask, PAD).squeeze(0)
