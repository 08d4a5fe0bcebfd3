# %% tags=["mutant"]
# mistake = "sine and cosine are exchanged"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop"]
# hint = "the sine comes first"
# public = true

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    pos = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    i = torch.arange(0, dim, 2, dtype=torch.float32)
    angle = pos / (10000 ** (i / dim))
    pe = torch.zeros(length, dim)
    pe[:, 0::2] = torch.cos(angle)
    pe[:, 1::2] = torch.sin(angle)
    return pe
