# %% tags=["mutant"]
# mistake = "the value is a layer that never learns"
# loses = ["q3-text-query"]
# breaks = ["value"]
# hint = "no requires_grad=False"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.value.requires_grad_(False)
        self.out_features = value_dim

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        text = torch.bmm(weights.unsqueeze(1), x)
        scores = torch.bmm(x, self.query(text).transpose(1, 2)).squeeze(2) / x.shape[2] ** 0.5
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
