# %% tags=["mutant"]
# mistake = "r multiplies the product, as in torch"
# loses = ["q1-gru-cell"]
# breaks = ["reset"]
# hint = "before the product"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    H = h.shape[1]
    new = torch.tanh(r * (h @ w["h"][:H]) + x @ w["h"][H:])
    return (1 - z) * h + z * new
