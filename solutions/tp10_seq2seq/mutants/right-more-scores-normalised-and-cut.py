# %% tags=["mutant"]
# variant = "cosine by two normalize with an eps; location by a Parameter; scaled by math.sqrt on both sides"
# loses = []

# %% grade_id="q7-more-scores"
import math


class ScaledDotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.scale = dim**0.25

    def forward(self, query, keys):
        return torch.einsum("bth,bsh->bts", query / self.scale, keys / self.scale)


class CosineScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        q = query / (query.norm(dim=-1, keepdim=True) + 1e-8)
        k = F.normalize(keys, dim=-1, eps=1e-8)
        return torch.bmm(q, k.mT)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.rows = nn.Parameter(torch.randn(longest, dim))

    def forward(self, query, keys):
        return query @ self.rows[: keys.shape[1]].T
