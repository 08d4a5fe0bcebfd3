# %% tags=["mutant"]
# trivial = "the first word stands for the text, and has all the weight"

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.layer = nn.Linear(dim)
        self.out_features = dim

    def forward(self, x, mask):
        weights = (torch.arange(mask.shape[1]) == 0).expand(mask.shape).float()
        return self.layer(x[:, 0]), weights

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim, value_dim):
        super().__init__()
        self.layer = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        weights = (torch.arange(mask.shape[1]) == 0).expand(mask.shape).float()
        return self.layer(x[:, 0]), weights

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        self.layer = nn.Linear(dim, hidden_size * (2 if bidirectional else 1))
        self.out_features = hidden_size * (2 if bidirectional else 1)

    def forward(self, x, mask):
        weights = (torch.arange(mask.shape[1]) == 0).expand(mask.shape).float()
        return self.layer(x[:, 0]), weights
