# %% tags=["mutant"]
# mistake = "the pixels of a square column by column"
# loses = ["q9-patches"]
# breaks = ["reading-order"]
# hint = "not its columns"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    return rows.permute(0, 1, 3, 4, 2).reshape(count, -1, size * size)
