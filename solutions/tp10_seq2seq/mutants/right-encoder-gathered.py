# %% tags=["mutant"]
# variant = "packed, the final state gathered from memory; padding_idx, dropout between layers"
# loses = []

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim, padding_idx=PAD)
        self.gru = nn.GRU(
            dim,
            hidden_size,
            num_layers=num_layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=0.3 if num_layers > 1 else 0.0,
        )
        self.hidden_size = hidden_size

    def forward(self, tokens, mask):
        lengths = mask.long().sum(-1)
        packed = pack_padded_sequence(
            self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        memory, _ = pad_packed_sequence(
            self.gru(packed)[0], batch_first=True, total_length=mask.size(1)
        )
        index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, memory.size(2))
        final = memory.gather(1, index).squeeze(1)
        if self.gru.bidirectional:
            final = torch.cat(
                [final[:, : self.hidden_size], memory[:, 0, self.hidden_size :]], dim=1
            )
        return memory, final
