# %% tags=["mutant"]
# mistake = "the number of words is clamped at 2, so that a review of one word is halved"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "weighs 1/n"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        n = mask.sum(dim=1, keepdim=True).clamp(min=2)
        weights = mask / n
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
