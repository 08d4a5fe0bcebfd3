# %% tags=["mutant"]
# mistake = "scores are set to 0 on padding, where exp(0) is 1, not to minus infinity"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "is the mask applied before the softmax?"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.attention = nn.Linear(dim, 1)
        self.out_features = dim

    def forward(self, x, mask):
        energy = self.attention(x)[:, :, 0] * mask
        weights = torch.softmax(energy, 1)
        return (weights[:, None] @ x)[:, 0], weights
