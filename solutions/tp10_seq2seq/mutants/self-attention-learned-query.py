# %% tags=["mutant"]
# mistake = "the scores are q · x, as in TP 9"
# loses = ["q8-self-attention"]
# breaks = ["closed-form"]
# hint = "there is no tanh"
# public = true

# %% grade_id="q8-self-attention"
class AdditiveSelfAttention(nn.Module):
    def __init__(self, dim, hidden_size):
        super().__init__()
        self.out_features = dim
        self.q = nn.Parameter(torch.randn(dim))

    def forward(self, x, mask):
        scores = x @ self.q
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights
