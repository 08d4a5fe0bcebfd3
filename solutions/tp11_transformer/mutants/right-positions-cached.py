# %% tags=["mutant"]
# variant = "a table that is kept, and made longer where it must be"
# loses = []

# %% grade_id="q5-positions"
KEPT = {}


def sinusoidal_positions(length, dim):
    if len(KEPT.get(dim, ())) < length:
        column = torch.arange(dim)
        angle = torch.arange(max(length, 64)).unsqueeze(1) * 10000.0 ** (-(column - column % 2) / dim)
        KEPT[dim] = torch.sin(angle + (column % 2) * math.pi / 2)
    return KEPT[dim][:length]
