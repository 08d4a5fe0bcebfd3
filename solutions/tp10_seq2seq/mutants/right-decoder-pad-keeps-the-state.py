# %% tags=["mutant"]
# variant = "PAD leaves the state as it is: no line reads it where it counts"
# loses = []

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states = []
        for token, each in zip(tokens.unbind(1), self.embedding(tokens).unbind(1), strict=True):
            new = self.rnn(each.unsqueeze(1), state.unsqueeze(0))[1].squeeze(0)
            state = torch.where((token == PAD).unsqueeze(1), state, new)
            states.append(state)
        states = torch.stack(states, dim=1)
        return self.output(states), states[:, -1], None
