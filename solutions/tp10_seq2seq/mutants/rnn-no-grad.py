# %% tags=["mutant"]
# mistake = "all is computed under no_grad"
# loses = ["q1-rnn-cell"]
# breaks = ["calls"]
# hint = "no_grad"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    with torch.no_grad():
        return torch.tanh(h @ w_h + x @ w_x)
