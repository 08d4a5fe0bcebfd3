# %% tags=["mutant"]
# variant = "inherits from MeanPooling; neither query nor value has a bias"
# loses = []

# %% grade_id="q3-text-query"
class TextQueryPooling(MeanPooling):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__(dim)
        self.to_query = nn.Linear(dim, dim, bias=False)
        self.to_value = nn.Linear(dim, value_dim, bias=False)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = super().forward(x, mask)
        scores = (x @ self.to_query(mean).unsqueeze(-1)).squeeze(-1)
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=1) * mask
        return (self.to_value(x) * weights.unsqueeze(-1)).sum(1), weights
