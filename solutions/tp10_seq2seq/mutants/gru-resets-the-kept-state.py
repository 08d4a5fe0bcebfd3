# %% tags=["mutant"]
# mistake = "r multiplies the state that is kept, too"
# loses = ["q1-gru-cell"]
# breaks = ["reset"]
# hint = "r"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([r * h, x], dim=1) @ w["h"])
    return (1 - z) * r * h + z * new
