# %% tags=["mutant"]
# mistake = "a view cuts the rows of pixels"
# loses = ["q9-patches"]
# breaks = ["reading-order"]
# hint = "rows of pixels are no squares"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    return images.reshape(count, -1, size * size)
