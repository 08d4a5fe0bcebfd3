# %% tags=["mutant"]
# mistake = "where a text has no word, the mask is changed in place"
# loses = ["q1-mean-pooling"]
# breaks = ["calls"]
# hint = "in place"
# public = false

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        empty = ~mask.any(dim=1)
        mask[empty, 0] = True
        weights = mask / mask.sum(dim=1, keepdim=True)
        weights = weights * ~empty.unsqueeze(1)
        return torch.einsum("bl,bld->bd", weights, x), weights
