# %% tags=["mutant"]
# variant = "patches by F.unfold"
# loses = []

# %% grade_id="q9-patches"
def patches(images, size):
    return F.unfold(images[:, None], kernel_size=size, stride=size).transpose(1, 2)
