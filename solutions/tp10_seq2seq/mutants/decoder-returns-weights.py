# %% tags=["mutant"]
# mistake = "weights come back though nothing is attended"
# loses = ["q4-decoder"]
# breaks = ["logits"]
# hint = "attends to nothing"
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
        return (
            self.output(states),
            last.squeeze(0),
            mask.float().unsqueeze(1).expand(-1, tokens.shape[1], -1),
        )
