# %% tags=["mutant"]
# mistake = "a norm follows post-LN layers too"
# loses = ["q4-encoder"]
# breaks = ["norm-at-the-end"]
# hint = "without norm_first no norm follows"
# public = true

# %% grade_id="q4-encoder"
class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(EncoderLayer(dim, heads, hidden_size, norm_first, dropout))
        self.norm = LayerNorm(dim)

    def forward(self, x, mask):
        weights = None
        for layer in self.layers:
            x, weights = layer(x, mask)
        if self.norm is not None:
            x = self.norm(x)
        return x, weights
