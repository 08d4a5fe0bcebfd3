# %% tags=["mutant"]
# mistake = "the weights keep an axis of length 1, (B, L, 1)"
# loses = ["q1-mean-pooling"]
# breaks = ["shapes"]
# hint = "an axis of length 1 is left over"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        words = mask.unsqueeze(2).to(x.dtype)
        weights = words / words.sum(dim=1, keepdim=True).clamp(min=1)
        return (weights * x).sum(dim=1), weights
