# %% tags=["mutant"]
# mistake = "exp(a) / (1 + exp(a)) overflows"
# loses = ["q1-lstm-cell"]
# breaks = ["calls"]
# hint = "overflows"
# public = false

# %% grade_id="q1-lstm-cell"
def sigma(a):
    return a.exp() / (1 + a.exp())


def lstm_cell(x, state, w):
    h, c = state
    hx = torch.cat([h, x], dim=1)
    f = sigma(hx @ w["f"])
    i = sigma(hx @ w["i"])
    o = sigma(hx @ w["o"])
    g = torch.tanh(hx @ w["c"])
    c = f * c + i * g
    return o * torch.tanh(c), c
