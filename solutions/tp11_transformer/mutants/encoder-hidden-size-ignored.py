# %% tags=["mutant"]
# mistake = "the layers' networks are as wide as D"
# loses = ["q4-encoder"]
# breaks = ["options"]
# hint = "hidden_size is handed on"
# public = false

# %% grade_id="q4-encoder"
class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        self.layers = nn.ModuleList()
        for _ in range(num_layers):
            self.layers.append(EncoderLayer(dim, heads, dim, norm_first, dropout))
        self.norm = LayerNorm(dim) if norm_first else None

    def forward(self, x, mask):
        weights = None
        for layer in self.layers:
            x, weights = layer(x, mask)
        if self.norm is not None:
            x = self.norm(x)
        return x, weights
