# %% tags=["mutant"]
# mistake = "the final state is cut off from the gradient"
# loses = ["q2-encoder"]
# breaks = ["learned"]
# hint = "detach"
# public = true

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(
            dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional
        )

    def forward(self, tokens, mask):
        lengths = mask.sum(dim=1).cpu()
        packed = pack_padded_sequence(
            self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        out, h_n = self.gru(packed)
        memory, _ = pad_packed_sequence(out, batch_first=True, total_length=tokens.shape[1])
        final = torch.cat([h_n[-2], h_n[-1]], dim=1) if self.gru.bidirectional else h_n[-1]
        return memory, final.detach()
