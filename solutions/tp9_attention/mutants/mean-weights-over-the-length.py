# %% tags=["mutant"]
# mistake = "the mean is right, but the weights that are returned are 1 / L everywhere, on padding too"
# loses = ["q1-mean-pooling"]
# breaks = ["weights"]
# hint = "padding is counted"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        count = mask.sum(dim=1, keepdim=True).clamp(min=1)
        pooled = (x * mask.unsqueeze(2)).sum(dim=1) / count
        return pooled, torch.full(mask.shape, 1 / mask.shape[1])
