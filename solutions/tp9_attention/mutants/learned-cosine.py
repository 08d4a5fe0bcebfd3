# %% tags=["mutant"]
# mistake = "the score is a cosine: vectors are normalised before the product"
# loses = ["q2-learned-query"]
# breaks = ["law"]
# hint = "the cosine, which takes the norm away"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = F.cosine_similarity(x, self.query.view(1, 1, -1), dim=2)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
