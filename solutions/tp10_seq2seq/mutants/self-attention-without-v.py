# %% tags=["mutant"]
# mistake = "the hidden layer is summed: there is no v"
# loses = ["q8-self-attention"]
# breaks = ["closed-form"]
# hint = "summed as they are"
# public = true

# %% grade_id="q8-self-attention"
class AdditiveSelfAttention(nn.Module):
    def __init__(self, dim, hidden_size):
        super().__init__()
        self.out_features = dim
        self.W = nn.Linear(dim, hidden_size)

    def forward(self, x, mask):
        scores = torch.tanh(self.W(x)).sum(dim=2)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=1)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights
