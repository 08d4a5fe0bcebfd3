# %% tags=["mutant"]
# mistake = "the final state is that of the last column, padding included"
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
        return memory, memory[:, -1]
