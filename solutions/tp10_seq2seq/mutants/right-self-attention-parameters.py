# %% tags=["mutant"]
# variant = "Parameters without bias, attend of exercise 7.3"
# loses = []

# %% grade_id="q8-self-attention"
class AdditiveSelfAttention(nn.Module):
    def __init__(self, dim, hidden_size):
        super().__init__()
        self.out_features = dim
        self.W = nn.Parameter(torch.randn(hidden_size, dim))
        self.v = nn.Parameter(torch.randn(hidden_size))

    def forward(self, x, mask):
        scores = torch.tanh(x @ self.W.T) @ self.v
        context, weights = attend(scores[:, None], x, mask)
        return context[:, 0], weights[:, 0]
