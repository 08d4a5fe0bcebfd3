# %% tags=["mutant"]
# mistake = "the state of the first call is kept and used again"
# loses = ["q1-lstm-cell"]
# breaks = ["equation"]
# hint = "its own row"
# public = true

# %% grade_id="q1-lstm-cell"
held = {}


def lstm_cell(x, state, w):
    h, c = held.setdefault(state[0].shape, state)
    hx = torch.cat([h, x], dim=1)
    f = torch.sigmoid(hx @ w["f"])
    i = torch.sigmoid(hx @ w["i"])
    o = torch.sigmoid(hx @ w["o"])
    g = torch.tanh(hx @ w["c"])
    c = f * c + i * g
    return o * torch.tanh(c), c
