# %% tags=["mutant"]
# mistake = "the table ends at 512 places"
# loses = ["q5-positions"]
# breaks = ["equals-the-loop"]
# hint = "a row for each place"
# public = false

# %% grade_id="q5-positions"
def sinusoidal_positions(length: int, dim: int) -> Tensor:
    length = min(length, 512)
    place = torch.arange(length).unsqueeze(1)
    angle = place / 10000 ** (torch.arange(0, dim, 2) / dim)
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
