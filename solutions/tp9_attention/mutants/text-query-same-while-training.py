# %% tags=["mutant"]
# mistake = "in training mode the query is computed without a gradient: it never learns"
# loses = ["q3-text-query"]
# breaks = ["learned"]
# hint = "is not used in the pooled vector"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.ReLU())
        self.out_features = value_dim

    def forward(self, x, mask):
        n = mask.sum(dim=1, keepdim=True).clamp(min=1)
        q = self.query((x * mask.unsqueeze(-1)).sum(dim=1) / n)
        q = q.detach() if self.training else q
        weights = torch.bmm(x, q.unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
