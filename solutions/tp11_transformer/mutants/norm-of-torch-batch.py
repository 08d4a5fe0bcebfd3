# %% tags=["mutant"]
# mistake = "nn.BatchNorm1d in the place of the norm"
# loses = ["q4-layer-norm"]
# breaks = ["formula"]
# hint = "over the D numbers of each vector"
# public = true

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.norm = nn.BatchNorm1d(dim, eps=eps)

    def forward(self, x):
        return self.norm(x.reshape(-1, x.shape[-1])).reshape(x.shape)
