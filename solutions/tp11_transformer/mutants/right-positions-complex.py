# %% tags=["mutant"]
# variant = "complex exponentials"
# loses = []

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    place = torch.arange(length, dtype=torch.float64)
    rate = torch.logspace(0, -4 * (dim - 2) / dim, dim // 2, dtype=torch.float64)
    turn = torch.exp(1j * torch.outer(place, rate))
    return torch.view_as_real(turn).flip(-1).reshape(length, dim).float()
