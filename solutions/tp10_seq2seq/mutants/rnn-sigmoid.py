# %% tags=["mutant"]
# mistake = "a sigmoid in the place of the tanh"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "sigmoid"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.sigmoid(h @ w_h + x @ w_x)
