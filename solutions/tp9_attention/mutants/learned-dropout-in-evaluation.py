# %% tags=["mutant"]
# mistake = "dropout on the weights stays active in evaluation"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["learned"]
# hint = "random"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (F.dropout(x, 0.8) @ self.query).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
