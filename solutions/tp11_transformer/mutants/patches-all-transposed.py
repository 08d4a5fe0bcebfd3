# %% tags=["mutant"]
# mistake = "squares and pixels column by column"
# loses = ["q9-patches"]
# breaks = ["reading-order"]
# hint = "two axes too many"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    return rows.permute(0, 3, 1, 4, 2).reshape(count, -1, size * size)
