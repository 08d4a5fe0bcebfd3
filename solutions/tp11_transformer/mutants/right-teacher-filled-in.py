# %% tags=["mutant"]
# variant = "a tensor of PAD that is filled in"
# loses = []

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target, mask):
    teacher = torch.full(target.shape, PAD, dtype=torch.long)
    teacher[:, 0] = START
    teacher[:, 1:] = torch.where(mask[:, 1:], target[:, :-1], PAD)
    return teacher
