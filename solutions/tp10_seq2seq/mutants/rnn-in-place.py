# %% tags=["mutant"]
# mistake = "the state before is written over"
# loses = ["q1-rnn-cell"]
# breaks = ["calls"]
# hint = "place"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    h[...] = torch.tanh(h @ w_h + x @ w_x)
    return h
