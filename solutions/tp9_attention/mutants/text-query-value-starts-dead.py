# %% tags=["mutant"]
# mistake = "the values start as the ReLU of negative numbers, 0 for every word: they never learn"
# loses = ["q3-text-query"]
# breaks = ["learned"]
# hint = "both start at 0"
# public = false

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        nn.init.zeros_(self.value.weight)
        nn.init.constant_(self.value.bias, -1.0)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        scores = torch.bmm(x, self.query(mean).unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), F.relu(self.value(x))).squeeze(1), weights
