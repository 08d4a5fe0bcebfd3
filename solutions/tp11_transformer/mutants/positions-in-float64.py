# %% tags=["mutant"]
# mistake = "numbers of float64"
# loses = ["q5-positions"]
# breaks = ["form"]
# hint = "float32"
# public = false

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    pos = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    i = torch.arange(0, dim, 2, dtype=torch.float32)
    angle = pos / (10000 ** (i / dim))
    pe = torch.zeros(length, dim, dtype=torch.float64)
    pe[:, 0::2] = torch.sin(angle)
    pe[:, 1::2] = torch.cos(angle)
    return pe
