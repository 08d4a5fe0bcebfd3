# %% tags=["mutant"]
# mistake = "the candidate has no tanh"
# loses = ["q1-gru-cell"]
# breaks = ["equation"]
# hint = "tanh of the candidate"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.cat([r * h, x], dim=1) @ w["h"]
    return (1 - z) * h + z * new
