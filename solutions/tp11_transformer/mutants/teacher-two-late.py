# %% tags=["mutant"]
# mistake = "two places late"
# loses = ["q8-teacher-forcing"]
# breaks = ["one-place-late"]
# hint = "not two"
# public = true

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target: Tensor, mask: Tensor) -> Tensor:
    start = torch.full_like(target[:, :1], START)
    return torch.cat([start, start, target[:, :-2]], dim=1)[:, : target.shape[1]].masked_fill(
        ~mask, PAD
    )
