# %% tags=["mutant"]
# variant = "the scale is 1 plus what is learned"
# loses = []

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.zeros(dim))
        self.beta = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        var = x.var(dim=-1, keepdim=True, unbiased=False)
        return (1 + self.gamma) * (x - mean) / torch.sqrt(var + self.eps) + self.beta
