# %% tags=["mutant"]
# mistake = "[layer] * n: n times the same layer"
# loses = ["q4-encoder"]
# breaks = ["own-layers-chained"]
# hint = "[layer] * n"
# public = true

# %% grade_id="q4-encoder"
class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(dim, heads, hidden_size, norm_first, dropout)] * num_layers)
        self.norm = LayerNorm(dim) if norm_first else None

    def forward(self, x, mask):
        weights = None
        for layer in self.layers:
            x, weights = layer(x, mask)
        if self.norm is not None:
            x = self.norm(x)
        return x, weights
