# %% tags=["mutant"]
# mistake = "a longest length is written into the code: later words get no attention"
# loses = ["q2-learned-query"]
# breaks = ["query"]
# hint = "and each word's own weight"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        near = mask.clone()
        near[:, 100:] = False
        weights = (x @ self.query).masked_fill(~near, -1e9).softmax(dim=1) * near
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
