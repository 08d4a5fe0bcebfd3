# %% tags=["mutant"]
# mistake = "log(10000) / d // 2: the division comes too early (LoFTR 41)"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop"]
# hint = "column 2i"
# public = true

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    pos = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    i = torch.arange(0, dim, 2, dtype=torch.float32)
    angle = pos * torch.exp(-i / 2 * (math.log(10000.0) / dim // 2))
    pe = torch.zeros(length, dim)
    pe[:, 0::2] = torch.sin(angle)
    pe[:, 1::2] = torch.cos(angle)
    return pe
