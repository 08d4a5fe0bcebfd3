# %% tags=["mutant"]
# mistake = "a ReLU in the place of the tanh"
# loses = ["q1-rnn-cell"]
# breaks = ["equation"]
# hint = "ReLU"
# public = true

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return F.relu(torch.matmul(h, w_h) + torch.matmul(x, w_x))
