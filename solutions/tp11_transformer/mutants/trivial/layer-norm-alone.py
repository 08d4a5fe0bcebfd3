# %% tags=["mutant"]
# trivial = "LN(x) alone, and even weights"

# %% grade_id="q4-encoder-layer"
class EncoderLayer(nn.Module):
    def __init__(self, dim, heads, hidden_size, norm_first=False, dropout=0.0):
        super().__init__()
        self.heads, self.norm = heads, nn.LayerNorm(dim)

    def forward(self, x, mask):
        even = mask[:, None, None] / mask.sum(dim=1)[:, None, None, None]
        return self.norm(x), even.expand(-1, self.heads, x.shape[1], -1)
