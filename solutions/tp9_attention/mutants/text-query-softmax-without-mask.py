# %% tags=["mutant"]
# mistake = "no mask in the softmax, though the mean is masked"
# loses = ["q3-text-query"]
# breaks = ["weights"]
# hint = "is the mask applied before the softmax?"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.to_q = nn.Linear(dim, dim)
        self.to_v = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean, _ = self.mean(x, mask)
        q = self.to_q(mean)
        weights = torch.softmax(torch.einsum("bd,bld->bl", q, x), dim=1)
        return torch.einsum("bl,blv->bv", weights, self.to_v(x)), weights
