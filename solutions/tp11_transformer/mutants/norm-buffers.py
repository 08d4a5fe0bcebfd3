# %% tags=["mutant"]
# mistake = "scale and shift are buffers, which do not learn"
# loses = ["q4-layer-norm"]
# breaks = ["learned"]
# hint = "parameters of D numbers each"
# public = true

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.register_buffer("gamma", torch.ones(dim))
        self.register_buffer("beta", torch.zeros(dim))

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        var = x.var(dim=-1, keepdim=True, unbiased=False)
        return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta
