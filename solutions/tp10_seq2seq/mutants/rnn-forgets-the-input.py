# %% tags=["mutant"]
# mistake = "the input is left out"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "input is left out"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(h @ w_h)
