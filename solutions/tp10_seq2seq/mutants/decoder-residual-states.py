# %% tags=["mutant"]
# mistake = "the embedding is added to the state, which is handed on"
# loses = ["q4-decoder"]
# breaks = ["starts-from-state"]
# hint = "nothing is added to it"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.wider = nn.Linear(dim, hidden_size)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states = []
        for each in self.embedding(tokens).unbind(dim=1):
            _, new = self.rnn(each.unsqueeze(1), state.unsqueeze(0).contiguous())
            state = new.squeeze(0) + self.wider(each)
            states.append(state)
        states = torch.stack(states, dim=1)
        return self.output(states), states[:, -1], None
