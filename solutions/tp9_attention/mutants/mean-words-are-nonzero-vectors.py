# %% tags=["mutant"]
# mistake = "padding is guessed from the vectors (those that are zero), not read from the mask"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "padding is counted"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        is_word = (x.abs().sum(dim=2) > 0).float()
        n = is_word.sum(dim=1, keepdim=True).clamp(min=1.0)
        weights = is_word / n
        return torch.einsum("bl,bld->bd", weights, x), weights
