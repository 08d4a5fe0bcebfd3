# %% tags=["mutant"]
# mistake = "the mask is inverted in place, for whoever uses it next"
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
        count = mask.sum(dim=1, keepdim=True).clamp(min=1)
        padding = mask.logical_not_().unsqueeze(2)
        return x.masked_fill(padding, 0).sum(dim=1) / count, ~mask / count

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.W_q = nn.Linear(dim, dim, bias=False)
        self.W_k = nn.Linear(dim, dim, bias=False)
        self.W_v = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        m = mask.unsqueeze(-1).float()
        moyenne = (x * m).sum(dim=1) / m.sum(dim=1).clamp(min=1)
        q = self.W_q(moyenne)
        scores = torch.einsum("bld,bd->bl", self.W_k(x), q) / self.dim**0.5
        scores = scores.masked_fill(~mask, -1e9)
        weights = F.softmax(scores, dim=1) * mask
        return torch.einsum("bl,blv->bv", weights, self.W_v(x)), weights
