# %% tags=["mutant"]
# mistake = "inputs are centred over the batch"
# loses = ["q1-rnn-cell"]
# breaks = ["rows"]
# hint = "over the batch"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    x = x - x.mean(dim=0)
    return torch.tanh(h @ w_h + x @ w_x)
