# %% tags=["mutant"]
# mistake = "a text without words gives nan: 0 / 0"
# loses = ["q1-mean-pooling"]
# breaks = ["empty"]
# hint = "0 / 0"
# public = false

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        words = mask.unsqueeze(2)
        count = mask.sum(dim=1, keepdim=True)
        return (x * words).sum(dim=1) / count, mask / count
