# %% tags=["mutant"]
# variant = "mean through embedding_bag"
# loses = []

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        B, L, D = x.shape
        rows = torch.arange(B * L, device=x.device).view(B, L)
        weights = F.normalize(mask.to(x.dtype), p=1, dim=1)
        return F.embedding_bag(rows, x.reshape(B * L, D), per_sample_weights=weights, mode="sum"), weights
