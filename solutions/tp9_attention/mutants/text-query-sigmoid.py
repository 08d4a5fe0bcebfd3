# %% tags=["mutant"]
# mistake = "scores pass a sigmoid before the softmax"
# loses = ["q3-text-query"]
# breaks = ["law"]
# hint = "between 0 and 1 before the softmax: a sigmoid"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        mean = (x * mask[..., None]).sum(1) / mask.sum(1)[:, None].clamp(min=1)
        scores = torch.sigmoid((x @ self.query(mean)[..., None])[..., 0])
        weights = scores.masked_fill(~mask, float("-inf")).softmax(1).nan_to_num()
        return torch.einsum("bl,blv->bv", weights, self.value(x)), weights
