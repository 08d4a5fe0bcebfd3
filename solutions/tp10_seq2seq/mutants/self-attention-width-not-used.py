# %% tags=["mutant"]
# mistake = "hidden_size is not used"
# loses = ["q8-self-attention"]
# breaks = ["closed-form"]
# hint = "W goes from dim to hidden_size"
# public = false

# %% grade_id="q8-self-attention"
class AdditiveSelfAttention(nn.Module):
    def __init__(self, dim, hidden_size):
        super().__init__()
        self.out_features = dim
        self.hidden = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, 1, bias=False)

    def forward(self, x, mask):
        scores = self.v(self.hidden(x).tanh()).transpose(1, 2)
        pooled, weights = attend(scores, x, mask)
        return pooled.squeeze(1), weights.squeeze(1)
