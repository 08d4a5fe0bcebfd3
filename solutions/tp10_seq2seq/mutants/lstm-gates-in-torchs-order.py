# %% tags=["mutant"]
# mistake = "stacked as f, i, o, c and read as i, f, g, o"
# loses = ["q1-lstm-cell"]
# breaks = ["equation"]
# hint = "name of its gate"
# public = true

# %% grade_id="q1-lstm-cell"
def lstm_cell(x, state, w):
    h, c = state
    stacked = torch.cat([w[gate] for gate in ("f", "i", "o", "c")], dim=1)
    i, f, g, o = (torch.cat([h, x], dim=1) @ stacked).chunk(4, dim=1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c
