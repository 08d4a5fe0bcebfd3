# %% tags=["mutant"]
# mistake = "the mean counts padding: x.mean over the padded length"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "padding"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        B, L, D = x.shape
        weights = torch.ones(B, L, device=x.device) / L
        return x.mean(dim=1), weights
