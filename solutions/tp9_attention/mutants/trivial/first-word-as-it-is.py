# %% tags=["mutant"]
# trivial = "the first word stands for the text, as it is"

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = (torch.arange(mask.shape[1]) == 0).expand(mask.shape).float()
        return x[:, 0], weights

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = (torch.arange(mask.shape[1]) == 0).expand(mask.shape).float()
        return x[:, 0], weights
