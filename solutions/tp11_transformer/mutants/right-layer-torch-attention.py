# %% tags=["mutant"]
# variant = "nn.MultiheadAttention reads the words"
# loses = []

# %% grade_id="q4-encoder-layer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.norm_first = norm_first
        self.attention = nn.MultiheadAttention(dim, heads, dropout=dropout, batch_first=True)
        self.norm1 = LayerNorm(dim)
        self.norm2 = LayerNorm(dim)
        self.linear1 = nn.Linear(dim, hidden_size)
        self.linear2 = nn.Linear(hidden_size, dim)
        self.drop = nn.Dropout(dropout)

    def feed_forward(self, x):
        return self.linear2(F.relu(self.linear1(x)))

    def attend(self, x, seen):
        return self.attention(x, x, x, key_padding_mask=~seen, average_attn_weights=False)

    def forward(self, x, seen):
        if self.norm_first:
            n = self.norm1(x)
            a, weights = self.attend(n, seen)
            x = x + self.drop(a)
            x = x + self.drop(self.feed_forward(self.norm2(x)))
        else:
            a, weights = self.attend(x, seen)
            x = self.norm1(x + self.drop(a))
            x = self.norm2(x + self.drop(self.feed_forward(x)))
        return x, weights
