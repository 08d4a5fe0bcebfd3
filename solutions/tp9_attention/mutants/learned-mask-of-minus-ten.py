# %% tags=["mutant"]
# mistake = "the mask adds a number that is not large enough: padding keeps a little weight"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "as low as -1e9"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim) / dim**0.5)
        self.out_features = dim

    def forward(self, x, mask):
        s = x @ self.query + (1 - mask.float()) * (-10)
        w = s.softmax(dim=-1)
        return torch.bmm(w.unsqueeze(1), x).squeeze(1), w
