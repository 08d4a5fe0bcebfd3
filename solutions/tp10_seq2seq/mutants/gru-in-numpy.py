# %% tags=["mutant"]
# mistake = "all is computed with numpy"
# loses = ["q1-gru-cell"]
# breaks = ["calls"]
# hint = "numpy"
# public = true

# %% grade_id="q1-gru-cell"
def gru_cell(x, h, w):
    import numpy as np

    x, h = x.detach().numpy(), h.detach().numpy()
    z, r = (
        1 / (1 + np.exp(-(np.concatenate([h, x], 1) @ w[k].detach().numpy()))) for k in "zr"
    )
    new = np.tanh(np.concatenate([r * h, x], 1) @ w["h"].detach().numpy())
    return torch.as_tensor((1 - z) * h + z * new)
