# %% tags=["mutant"]
# mistake = "the whole state before is kept: h + z h̃"
# loses = ["q1-gru-cell"]
# breaks = ["equation"]
# hint = "(1 - z) · h, not h"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    hx = torch.cat([h, x], dim=1)
    z = torch.sigmoid(hx @ w["z"])
    r = torch.sigmoid(hx @ w["r"])
    new = torch.tanh(torch.cat([r * h, x], dim=1) @ w["h"])
    return h + z * new
