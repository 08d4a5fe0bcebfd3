# %% tags=["mutant"]
# mistake = "batch_first is left out: the lines are read one after the other"
# loses = ["q4-decoder"]
# breaks = ["sees-its-past", "alone"]
# hint = "each row is read by itself"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(
            self.embedding(tokens),
            state[:1].unsqueeze(0).expand(-1, tokens.shape[1], -1).contiguous(),
        )
        return self.output(states), states[:, -1], None
