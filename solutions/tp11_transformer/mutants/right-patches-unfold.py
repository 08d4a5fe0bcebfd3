# %% tags=["mutant"]
# variant = "patches by unfold"
# loses = []

# %% grade_id="q9-patches"
def patches(images, size):
    squares = images.unfold(1, size, size).unfold(2, size, size)
    return squares.reshape(images.shape[0], -1, size * size)
