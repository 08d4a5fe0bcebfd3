# %% tags=["mutant"]
# mistake = "batch_first is left out: lines are read across the batch"
# loses = ["q2-encoder"]
# breaks = ["order", "alone"]
# hint = "batch_first"
# public = true

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.gru = nn.GRU(dim, hidden_size, num_layers, bidirectional=bidirectional)

    def forward(self, tokens, mask):
        memory, h_n = self.gru(self.embedding(tokens))
        last = mask.sum(dim=1) - 1
        rows = torch.arange(len(tokens))
        return memory, memory[rows, last]
