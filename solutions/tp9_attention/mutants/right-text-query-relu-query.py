# %% tags=["mutant"]
# variant = "a query that ends in a ReLU, and a value that does too"
# loses = []

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.fq = nn.Sequential(nn.Linear(dim, dim), nn.ReLU())
        self.fv = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())
        self.out_features = value_dim

    def forward(self, x, mask):
        pad = ~mask
        mean = x.masked_fill(pad.unsqueeze(2), 0).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        scores = (self.fq(mean).unsqueeze(1) * x).sum(-1) + pad * -1e9
        w = scores.softmax(-1).masked_fill(pad, 0)
        return (w.unsqueeze(-1) * self.fv(x)).sum(1), w
