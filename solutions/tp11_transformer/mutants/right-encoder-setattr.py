# %% tags=["mutant"]
# variant = "layers by setattr"
# loses = []

# %% grade_id="q4-encoder"
class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        self.n = num_layers
        for k in range(num_layers):
            setattr(self, f"layer{k}", EncoderLayer(dim, heads, hidden_size, norm_first, dropout))
        self.norm = LayerNorm(dim) if norm_first else None

    def forward(self, x, mask):
        weights = None
        for layer in [getattr(self, f"layer{k}") for k in range(self.n)]:
            x, weights = layer(x, mask)
        if self.norm is not None:
            x = self.norm(x)
        return x, weights
