# %% tags=["mutant"]
# mistake = "attend is given a mask of ones"
# loses = ["q8-bahdanau"]
# breaks = ["weights", "padding"]
# hint = "makes the weights"
# public = true

# %% grade_id="q8-bahdanau"
class BahdanauDecoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, score):
        super().__init__()
        self.score = score
        self.embedding = nn.Embedding(num_tokens, dim)
        self.cell = nn.GRUCell(dim + hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, num_tokens)

    def forward(self, tokens, state, memory, mask):
        logits, looks = [], []
        for x in self.embedding(tokens).unbind(dim=1):
            context, w = attend(
                self.score(state.unsqueeze(1), memory), memory, torch.ones_like(mask)
            )
            state = self.cell(torch.cat([x, context.squeeze(1)], dim=1), state)
            logits.append(self.out(state))
            looks.append(w)
        return torch.stack(logits, dim=1), state, torch.cat(looks, dim=1)
