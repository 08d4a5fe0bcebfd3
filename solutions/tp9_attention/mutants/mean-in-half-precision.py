# %% tags=["mutant"]
# mistake = "the sum is taken in float16"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "each of the n words weighs 1/n"
# public = false

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        m = mask.half()
        weights = m / m.sum(dim=1, keepdim=True).clamp(min=1)
        pooled = (weights.unsqueeze(-1) * x.half()).sum(dim=1)
        return pooled.float(), weights.float()
