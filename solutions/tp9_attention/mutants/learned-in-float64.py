# %% tags=["mutant"]
# mistake = "the scores are float64, and the weights come out so"
# loses = ["q2-learned-query"]
# breaks = ["calls"]
# hint = "let nothing become float64"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).double().masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1)
        return torch.einsum("bl,bld->bd", weights.float(), x), weights
