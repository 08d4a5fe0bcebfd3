# %% tags=["mutant"]
# mistake = "weights are masked after the softmax and not renormalised"
# loses = ["q3-text-query"]
# breaks = ["weights"]
# hint = "set to 0 on padding after the softmax"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Sequential(nn.Linear(dim, value_dim), nn.Tanh())
        self.out_features = value_dim

    def forward(self, x, mask):
        m = mask.float()
        mean = torch.bmm(m.unsqueeze(1), x).squeeze(1) / m.sum(1, keepdim=True)
        scores = torch.bmm(x, self.query(mean).unsqueeze(-1)).squeeze(-1)
        weights = F.softmax(scores, dim=1).masked_fill(~mask, 0)
        return torch.bmm(weights.unsqueeze(1), self.value(x)).squeeze(1), weights
