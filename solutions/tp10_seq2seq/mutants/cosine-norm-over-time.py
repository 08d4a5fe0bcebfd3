# %% tags=["mutant"]
# mistake = "the lengths are taken over the places"
# loses = ["q7-more-scores"]
# breaks = ["cosine"]
# hint = "not over the places"
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
        return F.normalize(query, dim=1) @ F.normalize(keys, dim=1).transpose(1, 2)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.W = nn.Linear(dim, longest)

    def forward(self, query, keys):
        return self.W(query)[..., : keys.size(1)]
