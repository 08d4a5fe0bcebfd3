# %% tags=["mutant"]
# mistake = "the scores are divided by the root of the number of words"
# loses = ["q2-learned-query"]
# breaks = ["query"]
# hint = "number of words"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query) / mask.sum(dim=1, keepdim=True).clamp(min=1).sqrt()
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
