# %% tags=["mutant"]
# variant = "the gate 1 - z as a sigmoid of the opposite"
# loses = []

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat((h, x), -1)
    keep = torch.sigmoid(-hx @ w["z"])
    r = 1 / (1 + torch.exp(-hx @ w["r"]))
    return keep * h + (1 - keep) * F.tanh(torch.cat((r * h, x), -1) @ w["h"])
