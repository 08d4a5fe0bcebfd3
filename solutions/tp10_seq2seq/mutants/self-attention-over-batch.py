# %% tags=["mutant"]
# mistake = "the softmax goes over the batch"
# loses = ["q8-self-attention"]
# breaks = ["closed-form", "padding"]
# hint = "the softmax goes over the batch"
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
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=0)
        return (weights.unsqueeze(2) * x).sum(dim=1), weights
