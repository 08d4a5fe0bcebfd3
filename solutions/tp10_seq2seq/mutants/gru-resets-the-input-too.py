# %% tags=["mutant"]
# mistake = "r multiplies the input too, where widths allow it"
# loses = ["q1-gru-cell"]
# breaks = ["reset"]
# hint = "not the input"
# public = false

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([r * h, r * x if x.shape == r.shape else x], dim=1) @ w["h"])
    return (1 - z) * h + z * new
