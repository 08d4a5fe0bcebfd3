# %% tags=["mutant"]
# mistake = "a cell that is given no state: each character is read by itself"
# loses = ["q2-encoder"]
# breaks = ["order"]
# hint = "one after the other"
# public = true

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(
            dim, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional
        )

    def forward(self, tokens, mask):
        x = self.embedding(tokens)
        memory = torch.cat([self.gru(x[:, t : t + 1])[0] for t in range(x.shape[1])], dim=1)
        return memory, memory[torch.arange(len(x)), mask.sum(dim=1) - 1]
