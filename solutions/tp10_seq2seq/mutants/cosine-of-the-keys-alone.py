# %% tags=["mutant"]
# mistake = "the query is not divided by its length"
# loses = ["q7-more-scores"]
# breaks = ["cosine"]
# hint = "the query is divided by its length too"
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
        return query @ F.normalize(keys, dim=2).transpose(1, 2)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.W = nn.Linear(dim, longest)

    def forward(self, query, keys):
        return self.W(query)[..., : keys.size(1)]
