# %% tags=["mutant"]
# mistake = "the mean of all embeddings is added to each"
# loses = ["q4-decoder"]
# breaks = ["sees-its-past"]
# hint = "nothing behind it"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        x = self.embedding(tokens)
        states, last = self.rnn(
            x + x.mean(dim=1, keepdim=True), state.unsqueeze(0).contiguous()
        )
        return self.output(states), last.squeeze(0), None
