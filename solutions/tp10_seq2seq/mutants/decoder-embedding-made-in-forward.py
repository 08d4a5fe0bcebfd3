# %% tags=["mutant"]
# mistake = "the embedding is made anew at each call"
# loses = ["q4-decoder"]
# breaks = ["learned"]
# hint = "something random is made in forward"
# public = true

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.sizes = num_tokens, dim
        self.rnn = nn.GRU(dim, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states, last = self.rnn(
            nn.Embedding(*self.sizes)(tokens), state.unsqueeze(0).contiguous()
        )
        return self.output(states), last.squeeze(0), None
