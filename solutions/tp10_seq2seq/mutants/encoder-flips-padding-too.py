# %% tags=["mutant"]
# mistake = "for the leftward layer lines are flipped with their padding"
# loses = ["q2-encoder"]
# breaks = ["leftward-within-its-length", "padding"]
# hint = "padding is met before"
# public = true

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
            back = self.left(x.flip(1))[0].flip(1)
            memory, final = (
                torch.cat([memory, back], dim=2),
                torch.cat([final, back[:, 0]], dim=1),
            )
        return memory, final
