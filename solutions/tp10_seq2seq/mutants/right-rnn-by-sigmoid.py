# %% tags=["mutant"]
# variant = "the tanh by a sigmoid: 2 sigmoid(2a) - 1"
# loses = []

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    a = torch.addmm(x @ w_x, h, w_h)
    return 2 * torch.sigmoid(2 * a) - 1
