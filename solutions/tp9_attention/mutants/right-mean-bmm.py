# %% tags=["mutant"]
# variant = "mean through bmm with uniform weights"
# loses = []

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        logits = torch.zeros(mask.shape, device=x.device).masked_fill(~mask, -1e9)
        weights = F.softmax(logits, dim=1) * mask
        return torch.bmm(weights[:, None, :], x)[:, 0], weights
