# %% tags=["mutant"]
# variant = "einsum, and a list in the place of the pair"
# loses = []

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    z = {k: torch.einsum("bi,ij->bj", torch.cat([h, x], -1), m) for k, m in w.items()}
    c = z["f"].sigmoid() * c + z["i"].sigmoid() * z["c"].tanh()
    h = z["o"].sigmoid() * c.tanh()
    return [h, c]
