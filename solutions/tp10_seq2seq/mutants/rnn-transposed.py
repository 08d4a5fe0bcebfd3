# %% tags=["mutant"]
# mistake = "the matrix of the state is transposed, as torch stores it"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "not transposed"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.tanh(F.linear(h, w_h) + x @ w_x)
