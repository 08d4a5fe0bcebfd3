# %% tags=["mutant"]
# variant = "F.pad by one on the left, cut on the right"
# loses = []

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target, mask):
    late = F.pad(target, (1, -1), value=START)
    return torch.where(mask, late, torch.tensor(PAD))
