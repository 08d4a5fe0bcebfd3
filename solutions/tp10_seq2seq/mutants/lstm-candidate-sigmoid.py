# %% tags=["mutant"]
# mistake = "the candidate takes a sigmoid like the gates"
# loses = ["q1-lstm-cell"]
# breaks = ["equation"]
# hint = "takes no sigmoid"
# public = true

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    hx = torch.cat([h, x], dim=1)
    f = torch.sigmoid(hx @ w["f"])
    i = torch.sigmoid(hx @ w["i"])
    o = torch.sigmoid(hx @ w["o"])
    g = torch.sigmoid(hx @ w["c"])
    c = f * c + i * g
    return o * torch.tanh(c), c
