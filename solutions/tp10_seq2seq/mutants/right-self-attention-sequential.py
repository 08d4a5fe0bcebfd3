# %% tags=["mutant"]
# variant = "nn.Sequential with biases, -inf, bmm"
# loses = []

# %% grade_id="q8-self-attention"
class AdditiveSelfAttention(nn.Module):
    def __init__(self, dim, hidden_size):
        super().__init__()
        self.out_features = dim
        self.net = nn.Sequential(
            nn.Linear(dim, hidden_size), nn.Tanh(), nn.Linear(hidden_size, 1)
        )

    def forward(self, x, mask):
        scores = self.net(x).squeeze(2)
        weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
