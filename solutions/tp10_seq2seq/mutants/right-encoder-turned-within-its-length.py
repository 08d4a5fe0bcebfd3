# %% tags=["mutant"]
# variant = "each direction its own layer, the leftward one on lines turned within their length"
# loses = []

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, dim)
        self.right = nn.GRU(dim, hidden_size, num_layers, batch_first=True)
        self.left = (
            nn.GRU(dim, hidden_size, num_layers, batch_first=True) if bidirectional else None
        )

    def forward(self, tokens, mask):
        x = self.embedding(tokens)
        rows, last = torch.arange(len(x)), mask.sum(dim=1) - 1
        memory = self.right(x)[0]
        final = memory[rows, last]
        if self.left is not None:
            at = torch.arange(x.shape[1])
            turn = torch.where(mask, last.unsqueeze(1) - at, at)
            back = self.left(x[rows.unsqueeze(1), turn])[0]
            back = back[rows.unsqueeze(1), turn]
            memory = torch.cat([memory, back], dim=2)
            final = torch.cat([final, back[:, 0]], dim=1)
        return memory, final
