# %% tags=["mutant"]
# variant = "layers in a Sequential that hands pairs on"
# loses = []

# %% grade_id="q4-encoder"
class Stack(nn.Sequential):
    def forward(self, x, mask):
        for _, layer in self.named_children():
            x, weights = layer(x, mask)
        return x, weights


class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        self.stack = Stack(*[EncoderLayer(dim, heads, hidden_size, norm_first, dropout) for _ in range(num_layers)])
        self.last = LayerNorm(dim) if norm_first else nn.Identity()

    def forward(self, x, mask):
        states, weights = self.stack(x, mask)
        return self.last(states), weights
