# %% tags=["mutant"]
# variant = "a query of several layers, still a function of the mean alone; a wide value network with a non-linearity"
# loses = []

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Sequential(nn.Linear(dim, 4 * dim), nn.ReLU(), nn.Linear(4 * dim, dim))
        self.value = nn.Sequential(
            nn.Linear(dim, 64), nn.GELU(), nn.Dropout(0.1), nn.Linear(64, value_dim), nn.LayerNorm(value_dim)
        )
        self.out_features = value_dim

    def forward(self, x, mask):
        t, _ = self.mean(x, mask)
        q = self.query(t)
        scores = torch.matmul(x, q.unsqueeze(-1)).squeeze(-1)
        scores = scores.masked_fill(mask == False, float("-inf"))  # noqa: E712
        alpha = torch.softmax(scores, dim=-1)
        return torch.matmul(alpha.unsqueeze(1), self.value(x)).squeeze(1), alpha
