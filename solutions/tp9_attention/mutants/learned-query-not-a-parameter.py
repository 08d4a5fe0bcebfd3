# %% tags=["mutant"]
# mistake = "the query is a plain tensor: never trained, not in state_dict"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["learned"]
# hint = "use nn.Parameter"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = torch.randn(dim, requires_grad=True)
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
