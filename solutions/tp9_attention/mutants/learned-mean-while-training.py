# %% tags=["mutant"]
# mistake = "in training mode the plain mean is given: the query never gets a gradient"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["learned"]
# hint = "is not used in the pooled vector"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        weights = (x @ self.query).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        if self.training:
            n = mask.sum(dim=1, keepdim=True).clamp(min=1)
            return (x * mask.unsqueeze(2)).sum(dim=1) / n, weights
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
