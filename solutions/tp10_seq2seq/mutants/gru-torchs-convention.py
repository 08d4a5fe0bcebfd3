# %% tags=["mutant"]
# mistake = "torch's convention: z is what is kept"
# loses = ["q1-gru-cell"]
# breaks = ["equation"]
# hint = "z is what is renewed"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([r * h, x], dim=1) @ w["h"])
    return z * h + (1 - z) * new
