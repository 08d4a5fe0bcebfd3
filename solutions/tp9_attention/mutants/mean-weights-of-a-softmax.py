# %% tags=["mutant"]
# mistake = "the weights are a softmax of 30 times the mask: padding weighs 1e-13"
# loses = ["q1-mean-pooling"]
# breaks = ["weights"]
# hint = "weighs 1/n"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        weights = (30.0 * mask).softmax(dim=1) * mask.any(dim=1, keepdim=True)
        return torch.einsum("bl,bld->bd", weights * mask, x), weights
