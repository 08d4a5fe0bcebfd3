# %% tags=["mutant"]
# variant = "a loop over texts, each in its own length; one map has no bias"
# loses = []

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim, bias=False)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        states, weights = [], []
        length = x.shape[1]
        for text, words in zip(x, mask):
            seen = text[words]
            found, weight = attention(self.query(text), self.key(seen), self.value(seen))
            whole = torch.zeros(length, length)
            whole[:, words] = weight
            states.append(found)
            weights.append(whole)
        return torch.stack(states), torch.stack(weights)
