# %% tags=["mutant"]
# mistake = "a recurrence written by hand in place of attention"
# loses = ["q7-language-model"]
# breaks = ["attention"]
# hint = "recurrent"
# public = false

# %% grade_id="q7-language-model"
class LanguageModel(nn.Module):
    def __init__(self, num_tokens, dim, heads, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(num_tokens, dim)
        self.dropout = nn.Dropout(dropout)
        self.cells = nn.ModuleList(nn.GRUCell(dim, dim) for _ in range(num_layers))
        self.linear = nn.Linear(dim, num_tokens)

    def forward(self, tokens, mask):
        words = self.dropout(self.embedding(tokens))
        for cell in self.cells:
            state, states = torch.zeros_like(words[:, 0]), []
            for place in range(words.shape[1]):
                state = torch.where(mask[:, place, None], cell(words[:, place], state), state)
                states.append(state)
            words = torch.stack(states, dim=1)
        return self.linear(words)
