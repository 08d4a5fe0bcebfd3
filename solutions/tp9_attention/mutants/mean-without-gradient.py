# %% tags=["mutant"]
# mistake = "the mean is taken under no_grad: vectors that are not frozen never move"
# loses = ["q1-mean-pooling"]
# breaks = ["gradient"]
# hint = "no detach, no no_grad"
# public = false

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        with torch.no_grad():
            weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
            return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
