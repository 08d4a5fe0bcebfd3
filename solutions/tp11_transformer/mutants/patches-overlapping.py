# %% tags=["mutant"]
# mistake = "squares that overlap"
# loses = ["q9-patches"]
# breaks = ["reading-order"]
# hint = "size, columns"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    parts = images.unfold(1, size, 1).unfold(2, size, 1)
    return parts.reshape(count, -1, size * size)[:, : (height // size) * (width // size)]
