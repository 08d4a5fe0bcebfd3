# %% tags=["mutant"]
# mistake = "h_n of lines that are not packed: padding is read to its end"
# loses = ["q2-encoder"]
# breaks = ["final-at-last-character"]
# hint = "where the mask is True last"
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
        memory, h_n = self.gru(self.embedding(tokens))
        if self.gru.bidirectional:
            return memory, torch.cat([h_n[-2], h_n[-1]], dim=1)
        return memory, h_n[-1]
