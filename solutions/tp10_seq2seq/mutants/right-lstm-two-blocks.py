# %% tags=["mutant"]
# variant = "each matrix split into the rows of the state and those of the input"
# loses = []

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    H = h.size(1)

    def a(k):
        return h @ w[k][:H] + x @ w[k][H:]

    c = torch.addcmul(a("f").sigmoid() * c, a("i").sigmoid(), a("c").tanh())
    return (a("o").sigmoid() * c.tanh(), c)
