# %% tags=["mutant"]
# mistake = "it takes the mean away and divides by nothing"
# loses = ["q4-layer-norm"]
# breaks = ["formula"]
# hint = "(x − μ) / √(σ² + ε)"
# public = true

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(dim))
        self.beta = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        var = x.var(dim=-1, keepdim=True, unbiased=False)
        return self.gamma * (x - mean) + self.beta
