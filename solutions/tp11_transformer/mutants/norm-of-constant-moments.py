# %% tags=["mutant"]
# mistake = "no gradient goes through mean and variance"
# loses = ["q4-layer-norm"]
# breaks = ["formula"]
# hint = "cut off"
# public = false

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(dim))
        self.beta = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True).detach()
        var = x.var(dim=-1, keepdim=True, unbiased=False).detach()
        return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta
