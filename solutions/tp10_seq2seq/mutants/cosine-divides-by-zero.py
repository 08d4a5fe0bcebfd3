# %% tags=["mutant"]
# mistake = "a vector of zeros gives nan"
# loses = ["q7-more-scores"]
# breaks = ["cosine"]
# hint = "a length of 0 divides nothing"
# public = true

# %% grade_id="q7-more-scores"
class ScaledDotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return query @ keys.transpose(1, 2) / keys.size(-1) ** 0.5


class CosineScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return (query / query.norm(dim=2, keepdim=True)) @ (
            keys / keys.norm(dim=2, keepdim=True)
        ).transpose(1, 2)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.W = nn.Linear(dim, longest)

    def forward(self, query, keys):
        return self.W(query)[..., : keys.size(1)]
