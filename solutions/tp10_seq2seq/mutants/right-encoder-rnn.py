# %% tags=["mutant"]
# variant = "a plain RNN without packing where it reads one way; memory is free on padding"
# loses = []

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.RNN(
            dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional
        )
        self.bidirectional = bidirectional

    def forward(self, tokens, mask):
        e = self.embedding(tokens)
        if not self.bidirectional:
            memory, _ = self.rnn(e)
            return memory, memory[torch.arange(len(e), device=e.device), mask.sum(dim=1) - 1]
        p = pack_padded_sequence(
            e, mask.sum(dim=1).to("cpu"), batch_first=True, enforce_sorted=False
        )
        memory, h = self.rnn(p)
        memory, _ = pad_packed_sequence(
            memory, batch_first=True, padding_value=9.0, total_length=e.shape[1]
        )
        return memory, torch.cat((h[-2], h[-1]), dim=-1)
