# %% tags=["mutant"]
# mistake = "the table of the first call is kept, and a longer text gets too few rows"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop"]
# hint = "a row for each place"
# public = false

# %% grade_id="q5-positions"
_KEPT = {}
def sinusoidal_positions(length, dim):
    if dim not in _KEPT:
        place = torch.arange(length).unsqueeze(1)
        angle = place / 10000 ** (torch.arange(0, dim, 2) / dim)
        _KEPT[dim] = torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
    return _KEPT[dim][:length]
