# %% tags=["mutant"]
# variant = "torch's own step, with the matrices turned"
# loses = []

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    W = torch.cat([w[k] for k in "ifco"], dim=1).t()
    w_hh, w_ih = W[:, : h.shape[1]].contiguous(), W[:, h.shape[1] :].contiguous()
    return torch.lstm_cell(x, (h, c), w_ih, w_hh)
