# %% tags=["mutant"]
# variant = "a GRUCell in a loop"
# loses = []

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.table = nn.Embedding(num_tokens, dim)
        self.cell = nn.GRUCell(dim, hidden_size)
        self.to_logits = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        written = []
        for token in range(tokens.shape[1]):
            state = self.cell(self.table(tokens[:, token]), state)
            written.append(self.to_logits(state))
        return torch.stack(written, dim=1), state, None
