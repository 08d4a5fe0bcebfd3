# %% tags=["mutant"]
# mistake = "the mean is taken over the batch axis"
# loses = ["q1-mean-pooling"]
# breaks = ["alone"]
# hint = "another number of reviews than was sent"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        x = x * mask.unsqueeze(-1)
        n = mask.sum(1, keepdim=True)
        return x.mean(dim=0), mask / n
