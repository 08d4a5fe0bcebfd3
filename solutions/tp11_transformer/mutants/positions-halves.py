# %% tags=["mutant"]
# mistake = "sines in the left half, cosines in the right one"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop"]
# hint = "here are two halves"
# public = true

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    pos = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    i = torch.arange(0, dim, 2, dtype=torch.float32)
    angle = pos / (10000 ** (i / dim))
    pe = torch.zeros(length, dim)
    pe[:, : dim // 2] = torch.sin(angle)
    pe[:, dim // 2 :] = torch.cos(angle)
    return pe
