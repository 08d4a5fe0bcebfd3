# %% tags=["mutant"]
# mistake = "f multiplies the candidate, i the old cell"
# loses = ["q1-lstm-cell"]
# breaks = ["equation"]
# hint = "exchanged"
# public = true

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    hx = torch.cat([h, x], dim=1)
    f = torch.sigmoid(hx @ w["f"])
    i = torch.sigmoid(hx @ w["i"])
    o = torch.sigmoid(hx @ w["o"])
    g = torch.tanh(hx @ w["c"])
    c = i * c + f * g
    return o * torch.tanh(c), c
