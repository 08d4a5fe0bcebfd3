# %% tags=["mutant"]
# mistake = "the logits at t come from the state before token t is read"
# loses = ["q4-decoder"]
# breaks = ["sees-its-past"]
# hint = "what stands there too"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(self.embedding(tokens), state.unsqueeze(0).contiguous())
        before = torch.cat([state.unsqueeze(1), states[:, :-1]], dim=1)
        return self.output(before), last.squeeze(0), None
