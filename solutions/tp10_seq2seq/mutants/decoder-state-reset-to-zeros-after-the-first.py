# %% tags=["mutant"]
# mistake = "the first token alone is read from the state, each other one from zeros"
# loses = ["q4-decoder"]
# breaks = ["sees-its-past"]
# hint = "nothing is carried"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        first, *others = self.embedding(tokens).split(1, dim=1)
        states = torch.cat(
            [self.rnn(first, state.unsqueeze(0))[0], *(self.rnn(other)[0] for other in others)],
            dim=1,
        )
        return self.output(states), states[:, -1], None
