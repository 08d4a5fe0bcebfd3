# %% tags=["mutant"]
# mistake = "END stands in the place of START"
# loses = ["q8-teacher-forcing"]
# breaks = ["one-place-late"]
# hint = "START"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    start = torch.full_like(target[:, :1], END)
    return torch.cat([start, target[:, :-1]], dim=1).masked_fill(~mask, PAD)
