# %% tags=["mutant"]
# mistake = "the query is a buffer: it is in state_dict, but never trained"
# loses = ["q2-learned-query"]
# breaks = ["learned"]
# hint = "use nn.Parameter"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("query", torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
