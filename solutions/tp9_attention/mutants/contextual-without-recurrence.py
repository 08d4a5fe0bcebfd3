# %% tags=["mutant"]
# mistake = "no recurrent layer: attention over a projection of each word by itself"
# loses = ["q4-contextual"]
# breaks = ["states"]
# hint = "looks at the embeddings"
# public = true

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        self.out_features = hidden_size * (2 if bidirectional else 1)
        self.project = nn.Sequential(nn.Linear(dim, self.out_features), nn.Tanh())
        self.attention = LearnedQueryPooling(self.out_features)

    def forward(self, x, mask):
        return self.attention(self.project(x), mask)
