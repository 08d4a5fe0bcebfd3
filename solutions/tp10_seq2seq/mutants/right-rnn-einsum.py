# %% tags=["mutant"]
# variant = "einsum, and names of its own"
# loses = []

# %% grade_id="q1-rnn-cell"
def rnn_cell(x, h, w_h, w_x):
    s = torch.einsum("bi,ij->bj", h, w_h)
    s = s + torch.einsum("bd,dj->bj", x, w_x)
    h_new = s.tanh()
    return h_new
