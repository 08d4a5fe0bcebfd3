# %% tags=["mutant"]
# mistake = "the gates of the first call are kept"
# loses = ["q1-gru-cell"]
# breaks = ["equation"]
# hint = "its own row"
# public = true

# %% grade_id="q1-gru-cell"
held = {}


def gru_cell(x, h, w):
    hx = held.setdefault((x.shape, h.shape), torch.cat([h, x], dim=1))
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([r * h, x], dim=1) @ w["h"])
    return (1 - z) * h + z * new
