# %% tags=["mutant"]
# mistake = "a longest length is written into the code: what comes after is cut off"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "words after the first 512 have no weight"
# public = false

# %% grade_id="q1-mean-pooling"
MAX_LEN = 512


class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = mask.float()
        weights[:, MAX_LEN:] = 0  # no review needs more than that
        weights = weights / weights.sum(dim=1, keepdim=True).clamp(min=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
