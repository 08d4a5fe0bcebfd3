# %% tags=["mutant"]
# mistake = "torch's own norm in the place of the formula"
# loses = ["q4-layer-norm"]
# breaks = ["formula"]
# hint = "the formula is written out"
# public = false

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.norm = nn.LayerNorm(dim, eps=eps)

    def forward(self, x):
        return self.norm(x)
