# %% tags=["mutant"]
# mistake = "numbers of float64 give a state of float32"
# loses = ["q1-rnn-cell"]
# breaks = ["calls"]
# hint = "all is computed in the type of what is given"
# public = false

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(h.float() @ w_h.float() + x.float() @ w_x.float())
