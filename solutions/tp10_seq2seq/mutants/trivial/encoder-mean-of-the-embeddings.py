# %% tags=["mutant"]
# trivial = "memory is the embeddings, final their mean: nothing is read in order"

# %% grade_id="q2-encoder"
class Encoder(nn.Module):
    def __init__(self, num_tokens, dim, hidden_size, num_layers=1, bidirectional=False):
        super().__init__()
        self.out_features = 2 * hidden_size if bidirectional else hidden_size
        self.embedding = nn.Embedding(num_tokens, self.out_features)

    def forward(self, tokens, mask):
        memory = self.embedding(tokens)
        return memory, (memory * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1, keepdim=True)
