# %% tags=["mutant"]
# mistake = "read both ways without packing: leftward, padding comes first"
# loses = ["q2-encoder"]
# breaks = ["leftward-within-its-length", "padding"]
# hint = "padding is met before"
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
        last = mask.sum(dim=1) - 1
        rows = torch.arange(len(tokens))
        if not self.gru.bidirectional:
            return memory, memory[rows, last]
        half = memory.shape[2] // 2
        return memory, torch.cat([memory[rows, last, :half], memory[:, 0, half:]], dim=1)
