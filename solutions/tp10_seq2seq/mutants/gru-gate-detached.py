# %% tags=["mutant"]
# mistake = "no gradient goes through the reset gate"
# loses = ["q1-gru-cell"]
# breaks = ["calls"]
# hint = "detach"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([r.detach() * h, x], dim=1) @ w["h"])
    return (1 - z) * h + z * new
