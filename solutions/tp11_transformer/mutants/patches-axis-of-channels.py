# %% tags=["mutant"]
# mistake = "an axis too many"
# loses = ["q9-patches"]
# breaks = ["form"]
# hint = "another shape"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    return rows.transpose(2, 3).reshape(count, -1, size * size).unsqueeze(1)
