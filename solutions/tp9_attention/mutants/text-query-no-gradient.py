# %% tags=["mutant"]
# mistake = "the query is computed under no_grad: it never learns"
# loses = ["q3-text-query"]
# breaks = ["learned"]
# hint = "no_grad"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        with torch.no_grad():
            q = self.query(self.mean(x, mask)[0])
        scores = torch.bmm(x, q.unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
