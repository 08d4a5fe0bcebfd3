# %% tags=["mutant"]
# mistake = "the place of a word is added to its score"
# loses = ["q2-learned-query"]
# breaks = ["query"]
# hint = "the place of a word must not count"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        places = torch.arange(x.shape[1], device=x.device)
        scores = x @ self.query + 0.1 * places
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
