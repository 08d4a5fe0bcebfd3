# %% tags=["mutant"]
# mistake = "a batch size is written into the code: the last short batch fails"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["shapes"]
# hint = "but got: [32"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int, batch_size: int = 32) -> None:
        super().__init__()
        self.batch_size = batch_size
        self.query = nn.Parameter(torch.randn(dim, 1))
        self.out_features = dim

    def forward(self, x, mask):
        query = self.query.expand(self.batch_size, -1, -1)
        scores = torch.bmm(x, query).squeeze(2).masked_fill(~mask, -1e9)
        weights = torch.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
