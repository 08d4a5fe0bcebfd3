# %% tags=["mutant"]
# mistake = "a batch of one loses its axis"
# loses = ["q9-patches"]
# breaks = ["form"]
# hint = "in another shape"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, width // size, size)
    return rows.transpose(2, 3).reshape(count, -1, size * size).squeeze(0)
