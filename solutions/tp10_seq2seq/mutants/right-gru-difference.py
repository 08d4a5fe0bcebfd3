# %% tags=["mutant"]
# variant = "h + z (h̃ - h), the gates from one product with stacked matrices"
# loses = []

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    zr = torch.cat([h, x], dim=1) @ torch.cat([w["z"], w["r"]], dim=1)
    z, r = zr.sigmoid().chunk(2, dim=1)
    c = torch.tanh(torch.hstack([r * h, x]) @ w["h"])
    return h + z * (c - h)
