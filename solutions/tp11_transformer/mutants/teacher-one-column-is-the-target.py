# %% tags=["mutant"]
# mistake = "a target of one column comes back as it is"
# loses = ["q8-teacher-forcing"]
# breaks = ["form"]
# hint = "a target of one place too"
# public = false

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    if target.shape[1] == 1:
        return target.masked_fill(~mask, PAD)
    start = torch.full_like(target[:, :1], START)
    return torch.cat([start, target[:, :-1]], dim=1).masked_fill(~mask, PAD)
