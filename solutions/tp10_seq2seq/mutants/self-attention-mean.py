# %% tags=["mutant"]
# mistake = "the mean of the words is taken"
# loses = ["q8-self-attention"]
# breaks = ["closed-form"]
# hint = "weights"
# public = true

# %% grade_id="q8-self-attention"
class AdditiveSelfAttention(nn.Module):
    def __init__(self, dim, hidden_size):
        super().__init__()
        self.out_features = dim
        self.W = nn.Linear(dim, hidden_size)
        self.v = nn.Linear(hidden_size, 1)

    def forward(self, x, mask):
        scores = self.v(torch.tanh(self.W(x))).squeeze(2)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1)
        return (x * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1, keepdim=True), weights
