# %% tags=["mutant"]
# mistake = "the scores are dot products"
# loses = ["q8-key-value"]
# breaks = ["closed-form"]
# hint = "there is no tanh"
# public = true

# %% grade_id="q8-key-value"
class KeyValueAttention(nn.Module):
    def __init__(self, dim, window):
        super().__init__()
        self.window = window
        self.W1 = nn.Linear(dim, dim)
        self.W2 = nn.Linear(dim, dim)

    def forward(self, states, mask):
        k, val = states.chunk(2, dim=2)
        T = states.shape[1]
        ones = torch.ones(T, T, dtype=torch.bool)
        band = ones.tril(-1) & ones.triu(-self.window)
        seen = band & mask[:, None, :] & mask[:, :, None]
        scores = self.W2(k) @ self.W1(k).transpose(1, 2)
        weights = scores.masked_fill(~seen, -1e9).softmax(dim=2) * seen
        return weights @ val, weights
