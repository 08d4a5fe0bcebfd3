# %% tags=["mutant"]
# mistake = "what stands under the padding is taken away again without its gradient"
# loses = ["q1-mean-pooling"]
# breaks = ["gradient"]
# hint = "one that cancels out"
# public = false

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
        padding = x.masked_fill(mask.unsqueeze(2), 0).sum(dim=1)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1) + (padding - padding.detach()), weights
