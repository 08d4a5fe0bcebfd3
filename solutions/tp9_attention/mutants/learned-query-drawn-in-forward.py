# %% tags=["mutant"]
# mistake = "the query is created inside forward"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["learned"]
# hint = "something random is made in forward"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.out_features = dim

    def forward(self, x, mask):
        query = nn.Linear(self.dim, 1, bias=False)
        scores = query(x).squeeze(2).masked_fill(~mask, float("-inf"))
        weights = torch.softmax(scores, dim=1)
        return (weights.unsqueeze(1) @ x).squeeze(1), weights
