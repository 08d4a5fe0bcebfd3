# %% tags=["mutant"]
# mistake = "a tanh of its own that overflows"
# loses = ["q1-rnn-cell"]
# breaks = ["calls"]
# hint = "overflows"
# public = false

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    a = h @ w_h + x @ w_x
    return (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())
