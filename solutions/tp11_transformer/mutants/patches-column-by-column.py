# %% tags=["mutant"]
# mistake = "squares column by column"
# loses = ["q9-patches"]
# breaks = ["reading-order"]
# hint = "not column by column"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    return rows.permute(0, 3, 1, 2, 4).reshape(count, -1, size * size)
