# %% tags=["mutant"]
# mistake = "vectors are projected, then summed with the padding: its bias is counted, though the length is the true one"
# loses = ["q3-text-query"]
# breaks = ["padding"]
# hint = "is the query's mean taken over the words alone?"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        x = x * mask.unsqueeze(2)  # zeros on the padding
        q = self.query(x).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
        scores = torch.bmm(x, q.unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
