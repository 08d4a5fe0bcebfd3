# %% tags=["mutant"]
# variant = "one product of [h, x] with the stacked matrices, then chunk"
# loses = []

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    W = torch.cat([w["i"], w["f"], w["c"], w["o"]], dim=1)
    i, f, g, o = (torch.cat((h, x), 1) @ W).chunk(4, 1)
    c_new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c_new), c_new
