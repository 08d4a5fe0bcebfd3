# %% tags=["mutant"]
# mistake = "each column has an exponent of its own"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop"]
# hint = "the exponent is 2i/D in both"
# public = true

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    pos = torch.arange(length).float().unsqueeze(1)
    angle = pos / 10000 ** (torch.arange(dim) / dim)
    even = torch.arange(dim) % 2 == 0
    return torch.where(even, angle.sin(), angle.cos())
