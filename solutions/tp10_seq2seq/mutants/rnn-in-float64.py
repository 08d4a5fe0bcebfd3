# %% tags=["mutant"]
# mistake = "the state comes back in float64"
# loses = ["q1-rnn-cell"]
# breaks = ["calls"]
# hint = "double"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(h.double() @ w_h.double() + x.double() @ w_x.double())
