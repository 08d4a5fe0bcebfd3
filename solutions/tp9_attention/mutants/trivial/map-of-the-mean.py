# %% tags=["mutant"]
# trivial = "a linear map of the mean, with even weights"

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.layer = nn.Linear(dim)
        self.out_features = dim

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.layer(torch.bmm(weights.unsqueeze(1), x).squeeze(1)), weights

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.layer = nn.Linear(dim)
        self.out_features = dim

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.layer(torch.bmm(weights.unsqueeze(1), x).squeeze(1)), weights

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim, value_dim):
        super().__init__()
        self.layer = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.layer(torch.bmm(weights.unsqueeze(1), x).squeeze(1)), weights

# %% grade_id="q4-contextual"
class ContextualPooling(nn.Module):
    def __init__(self, dim, hidden_size, num_layers=1, cell="lstm", bidirectional=False):
        super().__init__()
        self.layer = nn.Linear(dim, hidden_size * (2 if bidirectional else 1))
        self.out_features = hidden_size * (2 if bidirectional else 1)

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        return self.layer(torch.bmm(weights.unsqueeze(1), x).squeeze(1)), weights
