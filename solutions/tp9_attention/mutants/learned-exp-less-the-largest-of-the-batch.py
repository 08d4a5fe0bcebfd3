# %% tags=["mutant"]
# mistake = "the maximum that is subtracted before exp is that of the whole batch: other reviews come to 0 / 0"
# loses = ["q2-learned-query"]
# breaks = ["large"]
# hint = "subtract the largest score of the review first"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        e = torch.exp(scores - scores.max()) * mask
        weights = e / e.sum(dim=1, keepdim=True)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
