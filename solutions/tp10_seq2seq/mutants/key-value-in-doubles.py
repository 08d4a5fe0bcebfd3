# %% tags=["mutant"]
# mistake = "the context comes back in float64"
# loses = ["q8-key-value"]
# breaks = ["calls"]
# hint = "float64"
# public = false

# %% grade_id="q8-key-value"
class KeyValueAttention(nn.Module):
    def __init__(self, dim, window):
        super().__init__()
        self.window = window
        self.W1 = nn.Linear(dim, dim)
        self.W2 = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, 1)

    def forward(self, states, mask):
        k, val = states.chunk(2, dim=2)
        T = states.shape[1]
        ones = torch.ones(T, T, dtype=torch.bool)
        band = ones.tril(-1) & ones.triu(-self.window)
        seen = band & mask[:, None, :] & mask[:, :, None]
        scores = self.v(torch.tanh(self.W1(k)[:, None] + self.W2(k)[:, :, None])).squeeze(3)
        weights = scores.masked_fill(~seen, -1e9).softmax(dim=2) * seen
        return (weights @ val).double(), weights
