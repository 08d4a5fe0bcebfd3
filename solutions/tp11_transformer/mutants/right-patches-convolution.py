# %% tags=["mutant"]
# variant = "patches by a strided convolution with weights of 0 and 1"
# loses = []

# %% grade_id="q9-patches"
def patches(images, size):
    weight = torch.eye(size * size).view(size * size, 1, size, size)
    return F.conv2d(images.unsqueeze(1), weight, stride=size).flatten(2).transpose(1, 2)
