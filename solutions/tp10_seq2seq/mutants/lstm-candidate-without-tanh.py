# %% tags=["mutant"]
# mistake = "the candidate has no tanh"
# loses = ["q1-lstm-cell"]
# breaks = ["equation"]
# hint = "tanh of the candidate"
# public = true

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    hx = torch.cat([h, x], dim=1)
    f = torch.sigmoid(hx @ w["f"])
    i = torch.sigmoid(hx @ w["i"])
    o = torch.sigmoid(hx @ w["o"])
    g = hx @ w["c"]
    c = f * c + i * g
    return o * torch.tanh(c), c
