# %% tags=["mutant"]
# mistake = "the weights are the mean over the layers"
# loses = ["q4-encoder"]
# breaks = ["last-weights"]
# hint = "those of the last layer"
# public = true

# %% grade_id="q4-encoder"
class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(EncoderLayer(dim, heads, hidden_size, norm_first, dropout))
        self.norm = LayerNorm(dim) if norm_first else None

    def forward(self, x, mask):
        weights = None
        for layer in self.layers:
            x, these = layer(x, mask)
            weights = these if weights is None else weights + these
        weights = weights / len(self.layers)
        if self.norm is not None:
            x = self.norm(x)
        return x, weights
