# %% tags=["mutant"]
# mistake = "the mean that makes the query is taken over the whole batch"
# loses = ["q3-text-query"]
# breaks = ["alone"]
# hint = "taken over the batch"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        q = self.query(x[mask].mean(dim=0))
        scores = (x @ q).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
