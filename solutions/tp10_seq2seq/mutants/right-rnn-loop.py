# %% tags=["mutant"]
# variant = "a loop over the lines, stacked"
# loses = []

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    rows = []
    for x_b, h_b in zip(x, h):
        rows.append(torch.tanh(h_b @ w_h + x_b @ w_x))
    return torch.stack(rows)
