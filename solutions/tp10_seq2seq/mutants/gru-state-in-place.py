# %% tags=["mutant"]
# mistake = "the state that is given is changed in place"
# loses = ["q1-gru-cell"]
# breaks = ["calls"]
# hint = "place"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([r * h, x], dim=1) @ w["h"])
    return h.mul_(1 - z).add_(z * new)
