# %% tags=["mutant"]
# variant = "one product of [h, x] with the stacked matrices"
# loses = []

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(torch.cat([h, x], dim=1) @ torch.cat([w_h, w_x], dim=0))
