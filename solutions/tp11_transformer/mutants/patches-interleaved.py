# %% tags=["mutant"]
# mistake = "every so many pixels make a square"
# loses = ["q9-patches"]
# breaks = ["reading-order"]
# hint = "(B, rows, size, columns, size)"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    parts = images.reshape(count, size, height // size, size, width // size)
    return parts.permute(0, 2, 4, 1, 3).reshape(count, -1, size * size)
