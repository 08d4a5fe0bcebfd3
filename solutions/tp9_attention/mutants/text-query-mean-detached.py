# %% tags=["mutant"]
# mistake = "the query does not hand its gradient on to the words"
# loses = ["q3-text-query"]
# breaks = ["gradient"]
# hint = "no detach, no no_grad"
# public = false

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        text = torch.bmm(weights.unsqueeze(1), x).detach()
        scores = torch.bmm(x, self.query(text).transpose(1, 2)).squeeze(2) / x.shape[2] ** 0.5
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
