# %% tags=["mutant"]
# variant = "torch.var_mean and rsqrt, other names, scale and shift of three axes"
# loses = []

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.epsilon = eps
        self.bias = nn.Parameter(torch.zeros(1, 1, dim))
        self.weight = nn.Parameter(torch.ones(1, 1, dim))

    def forward(self, x):
        var, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
        y = (x - mean) * torch.rsqrt(var + self.epsilon)
        return y * self.weight.view(-1) + self.bias.view(-1)
