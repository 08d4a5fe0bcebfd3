# %% tags=["mutant"]
# variant = "centred by a matrix product"
# loses = []

# %% grade_id="q4-layer-norm"
class LayerNorm(nn.Module):

    def __init__(self, dim: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(dim))
        self.shift = nn.Parameter(torch.zeros(dim))

    def forward(self, x: Tensor) -> Tensor:
        d = x.shape[-1]
        centred = x @ (torch.eye(d) - 1.0 / d)
        variance = centred.square().mean(dim=-1, keepdim=True)
        return self.scale * centred / torch.sqrt(variance + self.eps) + self.shift
