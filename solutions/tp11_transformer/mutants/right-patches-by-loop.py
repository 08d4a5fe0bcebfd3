# %% tags=["mutant"]
# variant = "patches by loops"
# loses = []

# %% grade_id="q9-patches"
def patches(images, size):
    B, H, W = images.shape
    out = []
    for i in range(0, H, size):
        for j in range(0, W, size):
            out.append(images[:, i : i + size, j : j + size].flatten(1))
    return torch.stack(out, dim=1)
