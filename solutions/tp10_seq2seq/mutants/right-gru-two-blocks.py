# %% tags=["mutant"]
# variant = "each matrix split into two blocks, and einsum"
# loses = []

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    H = h.shape[-1]
    U, V = {k: m[:H] for k, m in w.items()}, {k: m[H:] for k, m in w.items()}
    z = torch.sigmoid(torch.einsum("bh,hk->bk", h, U["z"]) + x @ V["z"])
    r = torch.sigmoid(torch.einsum("bh,hk->bk", h, U["r"]) + x @ V["r"])
    new = torch.tanh((h * r) @ U["h"] + x @ V["h"])
    return (torch.ones_like(z) - z) * h + z * new
