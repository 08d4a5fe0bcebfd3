# %% tags=["mutant"]
# variant = "a loop over the lines, each in its own length; nan stands on padding"
# loses = []

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
        memories, finals = [], []
        for line, real in zip(tokens, mask):
            n = int(real.sum())
            out, h = self.gru(self.embedding(line[:n]).unsqueeze(0))
            memories.append(F.pad(out[0], (0, 0, 0, len(line) - n), value=float("nan")))
            finals.append(
                torch.cat([h[-2, 0], h[-1, 0]]) if self.gru.bidirectional else h[-1, 0]
            )
        return torch.stack(memories), torch.stack(finals)
