# %% tags=["mutant"]
# mistake = "the first answer is kept for every call"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "kept from one call to the next"
# public = true

# %% grade_id="q1-rnn-cell"
kept = {}


def rnn_cell(x, h, w_h, w_x):
    return kept.setdefault(x.shape, torch.tanh(h @ w_h + x @ w_x))
