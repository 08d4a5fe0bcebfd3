# %% tags=["mutant"]
# mistake = "each layer above the first one is stacked twice"
# loses = ["q2-encoder"]
# breaks = ["last-layer"]
# hint = "layer"
# public = true

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        widths = [dim] + [self.out_features] * 2 * (num_layers - 1)
        self.layers = nn.ModuleList(
            nn.GRU(width, hidden_size, batch_first=True, bidirectional=bidirectional)
            for width in widths
        )

    def forward(self, tokens, mask):
        lengths = mask.sum(dim=1).cpu()
        x, every = self.embedding(tokens), []
        for layer in self.layers:
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            out, h_n = layer(packed)
            x, _ = pad_packed_sequence(out, batch_first=True, total_length=tokens.shape[1])
            every.append((x, torch.cat(tuple(h_n), dim=1)))
        return every[-1]
