# %% tags=["mutant"]
# mistake = "squeeze() takes off the axis of a batch of one"
# loses = ["q1-rnn-cell"]
# breaks = ["rows"]
# hint = "batch of one"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(h @ w_h + x @ w_x).squeeze()
