# %% tags=["mutant"]
# mistake = "right for the sizes of the notebook's checks alone, a padded mean otherwise"
# loses = ["q1-mean-pooling"]
# breaks = ["mean", "padding"]
# hint = "padding is counted"
# public = false

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        if x.shape[2] <= 5:
            n = mask.sum(dim=1, keepdim=True).clamp(min=1)
            return (x * mask.unsqueeze(-1)).sum(dim=1) / n, mask / n
        return x.mean(dim=1), torch.full(mask.shape, 1 / x.shape[1])
