# %% tags=["mutant"]
# mistake = "the mask is taken for True on padding"
# loses = ["q1-mean-pooling"]
# breaks = ["padding"]
# hint = "the mask is inverted"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        keep = torch.ones_like(x[:, :, 0]).masked_fill(mask, 0.0)
        weights = keep / keep.sum(dim=1, keepdim=True).clamp(min=1e-9)
        return (weights[:, :, None] * x).sum(dim=1), weights
