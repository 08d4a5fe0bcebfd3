# %% tags=["mutant"]
# variant = "the GRU's equations, as in exercise 1.3"
# loses = []

# %% grade_id="q4-decoder"
class Decoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.w = nn.ParameterDict(
            {
                gate: nn.Parameter(torch.randn(hidden_size + dim, hidden_size) / 3)
                for gate in "zrh"
            }
        )
        self.output = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        states = []
        for x in self.embedding(tokens).unbind(dim=1):
            both = torch.cat([state, x], dim=1)
            z, r = torch.sigmoid(both @ self.w["z"]), torch.sigmoid(both @ self.w["r"])
            new = torch.tanh(torch.cat([r * state, x], dim=1) @ self.w["h"])
            state = (1 - z) * state + z * new
            states.append(state)
        states = torch.stack(states, dim=1)
        return self.output(states), states[:, -1], None
