# %% tags=["mutant"]
# mistake = "PAD stands in the place of START"
# loses = ["q8-teacher-forcing"]
# breaks = ["one-place-late"]
# hint = "START is missing"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    start = torch.full_like(target[:, :1], PAD)
    return torch.cat([start, target[:, :-1]], dim=1).masked_fill(~mask, PAD)
