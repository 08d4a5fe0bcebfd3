# %% tags=["mutant"]
# mistake = "the state before is added to the new one"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "added once more"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return h + torch.tanh(h @ w_h + x @ w_x)
