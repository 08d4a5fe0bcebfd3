# %% tags=["mutant"]
# trivial = "weights are drawn at each call, and the words summed by them as they are"

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = torch.rand(mask.shape).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = torch.rand(mask.shape).masked_fill(~mask, -1e9).softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
