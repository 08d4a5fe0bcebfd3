# %% tags=["mutant"]
# mistake = "the number of words is that of the whole batch, mask.sum() with no dimension"
# loses = ["q1-mean-pooling"]
# breaks = ["mean", "padding"]
# hint = "number of words in the batch"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = mask / mask.sum() * len(x)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
