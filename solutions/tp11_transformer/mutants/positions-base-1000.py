# %% tags=["mutant"]
# mistake = "1000 in the place of 10000"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop"]
# hint = "10000^(2i/D)"
# public = true

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    pos = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    i = torch.arange(0, dim, 2, dtype=torch.float32)
    angle = pos / (1000 ** (i / dim))
    pe = torch.zeros(length, dim)
    pe[:, 0::2] = torch.sin(angle)
    pe[:, 1::2] = torch.cos(angle)
    return pe
