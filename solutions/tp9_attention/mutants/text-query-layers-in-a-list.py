# %% tags=["mutant"]
# mistake = "the layers of v_θ are kept in a Python list: their parameters are not registered"
# loses = ["q3-text-query"]
# breaks = ["learned"]
# hint = "nn.ModuleList"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.values = [nn.Linear(dim, 32), nn.ReLU(), nn.Linear(32, value_dim)]
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        scores = torch.bmm(x, self.query(mean).unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        v = x
        for layer in self.values:
            v = layer(v)
        return torch.bmm(weights.unsqueeze(1), v).squeeze(1), weights
