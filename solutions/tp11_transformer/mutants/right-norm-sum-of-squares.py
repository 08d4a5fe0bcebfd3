# %% tags=["mutant"]
# variant = "sums divided by the number of numbers"
# loses = []

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.dim, self.eps = dim, eps
        self.a = nn.Parameter(torch.full((dim,), 1.0))
        self.b = nn.Parameter(torch.full((dim,), 0.0))

    def forward(self, x):
        centred = x - x.sum(-1, keepdim=True) / self.dim
        sigma = ((centred**2).sum(-1, keepdim=True) / self.dim + self.eps) ** 0.5
        return torch.addcmul(self.b, self.a, centred / sigma)
