# %% tags=["mutant"]
# mistake = "mean and variance of the first batch are kept"
# loses = ["q4-layer-norm"]
# breaks = ["calls"]
# hint = "kept from one call to the next"
# public = false

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(dim))
        self.beta = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        if not hasattr(self, "moments") or self.moments[0].shape[:-1] != x.shape[:-1]:
            self.moments = x.mean(dim=-1, keepdim=True), x.var(dim=-1, keepdim=True, unbiased=False)
        mean, var = self.moments
        return self.gamma * (x - mean) / torch.sqrt(var + self.eps) + self.beta
