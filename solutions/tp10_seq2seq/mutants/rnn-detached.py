# %% tags=["mutant"]
# mistake = "the state before is detached: no gradient goes back in time"
# loses = ["q1-rnn-cell"]
# breaks = ["calls"]
# hint = "detach"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(h.detach() @ w_h + x @ w_x)
