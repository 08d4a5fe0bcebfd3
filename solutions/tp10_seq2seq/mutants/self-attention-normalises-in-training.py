# %% tags=["mutant"]
# mistake = "in training what is read is normalised first"
# loses = ["q8-self-attention"]
# breaks = ["calls"]
# hint = "no other branch"
# public = false

# %% grade_id="q8-self-attention"
class AdditiveSelfAttention(nn.Module):
    def __init__(self, dim, hidden_size):
        super().__init__()
        self.out_features = dim
        self.hidden = nn.Linear(dim, hidden_size)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, x, mask):
        if self.training:
            x = F.normalize(x, dim=2)
        scores = self.v(torch.tanh(self.hidden(x))).transpose(1, 2)
        pooled, weights = attend(scores, x, mask)
        return pooled.squeeze(1), weights.squeeze(1)
