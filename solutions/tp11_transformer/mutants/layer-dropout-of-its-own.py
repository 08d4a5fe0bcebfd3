# %% tags=["mutant"]
# mistake = "a tenth is dropped, whatever share is given"
# loses = ["q4-encoder-layer"]
# breaks = ["dropout"]
# hint = "no dropout is asked for"
# public = false

# %% grade_id="q4-encoder-layer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.norm_first = norm_first
        self.attention = MultiHeadAttention(dim, heads)
        self.norm1 = LayerNorm(dim)
        self.norm2 = LayerNorm(dim)
        self.linear1 = nn.Linear(dim, hidden_size)
        self.linear2 = nn.Linear(hidden_size, dim)
        self.drop = nn.Dropout(0.1)

    def feed_forward(self, x):
        return self.linear2(F.relu(self.linear1(x)))

    def forward(self, x, mask):
        seen = mask[:, None, :] if mask.dim() == 2 else mask
        if self.norm_first:
            n = self.norm1(x)
            a, weights = self.attention(n, n, seen)
            x = x + self.drop(a)
            x = x + self.drop(self.feed_forward(self.norm2(x)))
        else:
            a, weights = self.attention(x, x, seen)
            x = self.norm1(x + self.drop(a))
            x = self.norm2(x + self.drop(self.feed_forward(x)))
        return x, weights
