# %% tags=["mutant"]
# variant = "rolled, then START put in front, and PAD where the mask is False"
# loses = []

# %% grade_id="q8-teacher-forcing"
def teacher_forcing(target, mask):
    late = torch.roll(target, shifts=1, dims=1)
    late[:, 0] = START
    late[~mask] = PAD
    return late
