# %% tags=["mutant"]
# trivial = "one layer, however many are asked for"

# %% grade_id="q4-encoder"
class Encoder(nn.Module):
    def __init__(self, dim, heads, hidden_size, num_layers, norm_first=False, dropout=0.0):
        super().__init__()
        self.layer = EncoderLayer(dim, heads, hidden_size, norm_first, dropout)

    def forward(self, x, mask):
        return self.layer(x, mask)
