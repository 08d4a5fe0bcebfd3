# %% tags=["mutant"]
# mistake = "[x, h] in the place of [h, x]"
# loses = ["q1-gru-cell"]
# breaks = ["equation"]
# hint = "the state comes first"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([x, h], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([x, r * h], dim=1) @ w["h"])
    return (1 - z) * h + z * new
