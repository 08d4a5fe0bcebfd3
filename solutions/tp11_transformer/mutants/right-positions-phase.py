# %% tags=["mutant"]
# variant = "cosines as sines with a phase"
# loses = []

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    column = torch.arange(dim, dtype=torch.float64)
    rate = torch.exp(-math.log(10000.0) * (column - column % 2) / dim)
    phase = (column % 2) * (math.pi / 2)
    return torch.sin(torch.arange(length, dtype=torch.float64)[:, None] * rate + phase).to(torch.float32)
