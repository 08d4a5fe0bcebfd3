# %% tags=["mutant"]
# mistake = "a tanh of each product, then their sum"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "one tanh over the sum"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(h @ w_h) + torch.tanh(x @ w_x)
