# %% tags=["mutant"]
# variant = "a loop over places and columns"
# loses = []

# %% grade_id="q5-positions"
def sinusoidal_positions(length, dim):
    rows = torch.zeros(length, dim)
    for p in range(length):
        for i in range(dim // 2):
            angle = p / 10000 ** (2 * i / dim)
            rows[p, 2 * i] = math.sin(angle)
            rows[p, 2 * i + 1] = math.cos(angle)
    return rows
