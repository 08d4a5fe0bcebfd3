# %% tags=["mutant"]
# mistake = "a batch size is written into the code"
# loses = ["q3-text-query"]
# breaks = ["shapes"]
# hint = "shape '[32"
# public = true

# %% grade_id="q3-text-query"
batch_size = 32


class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        q = self.query(mean).view(batch_size, -1, 1)
        scores = torch.bmm(x, q).view(batch_size, -1).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights.view(batch_size, 1, -1), self.value(x)).view(batch_size, -1), weights
