# %% tags=["mutant"]
# variant = "torch's own step, with the matrices turned"
# loses = []

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    return torch.rnn_tanh_cell(x, h, w_x.t().contiguous(), w_h.t().contiguous())
