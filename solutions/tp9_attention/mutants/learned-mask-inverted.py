# %% tags=["mutant"]
# mistake = "the mask is inverted: -inf where the token is real"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "the mask is inverted"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, 1, bias=False)
        self.out_features = dim

    def forward(self, x, mask):
        scores = self.query(x).squeeze(-1)
        scores = scores.masked_fill(mask, float("-inf"))
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
