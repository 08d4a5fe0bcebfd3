# %% tags=["mutant"]
# mistake = "an axis of the batch stands in front"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop", "form"]
# hint = "(length, dim)"
# public = true

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    pos = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    i = torch.arange(0, dim, 2, dtype=torch.float32)
    angle = pos / (10000 ** (i / dim))
    pe = torch.zeros(length, dim)
    pe[:, 0::2] = torch.sin(angle)
    pe[:, 1::2] = torch.cos(angle)
    return pe.unsqueeze(0)
