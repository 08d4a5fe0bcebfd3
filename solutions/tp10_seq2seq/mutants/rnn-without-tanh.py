# %% tags=["mutant"]
# mistake = "the tanh is forgotten"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "the tanh is missing"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return h @ w_h + x @ w_x
