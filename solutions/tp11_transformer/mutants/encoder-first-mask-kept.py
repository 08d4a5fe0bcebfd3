# %% tags=["mutant"]
# mistake = "the mask of the first batch is kept"
# loses = ["q4-encoder"]
# breaks = ["calls"]
# hint = "kept from one call to the next"
# public = false

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
        if getattr(self, "mask", mask[:0]).shape != mask.shape:
            self.mask = mask
        mask = self.mask
        for layer in self.layers:
            x, weights = layer(x, mask)
        if self.norm is not None:
            x = self.norm(x)
        return x, weights
