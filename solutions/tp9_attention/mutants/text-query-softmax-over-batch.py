# %% tags=["mutant"]
# mistake = "softmax over the batch axis"
# loses = ["q3-text-query"]
# breaks = ["alone"]
# hint = "the softmax goes over the batch"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim, bias=False)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        scores = (x * self.query(mean)[:, None]).sum(2)
        weights = scores.masked_fill(~mask, -1e9).softmax(0)
        return (weights[:, :, None] * self.value(x)).sum(1), weights
