# %% tags=["mutant"]
# variant = "a dict of layers, and a list of all weights"
# loses = []

# %% grade_id="q4-encoder"
class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        layers = {str(n): EncoderLayer(dim, heads, hidden_size, norm_first, dropout) for n in range(num_layers)}
        self.layers = nn.ModuleDict(layers)
        self.end = nn.Sequential(*([LayerNorm(dim)] if norm_first else []))

    def forward(self, x, mask):
        looks = []
        for name in self.layers:
            x, look = self.layers[name](x, mask)
            looks.append(look)
        return self.end(x), looks[-1]
