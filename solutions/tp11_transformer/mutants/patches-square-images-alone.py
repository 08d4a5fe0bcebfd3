# %% tags=["mutant"]
# mistake = "as many columns of squares as rows: images that are no squares are cut wrongly"
# loses = ["q9-patches"]
# breaks = ["form"]
# hint = "size, columns"
# public = true

# %% grade_id="q9-patches"
def patches(images: Tensor, size: int) -> Tensor:
    count, height, width = images.shape
    rows = images.reshape(count, height // size, size, height // size, -1)
    return rows.transpose(2, 3).reshape(count, -1, size * size)
