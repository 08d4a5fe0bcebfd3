# %% tags=["mutant"]
# mistake = "all the places come back, also those that the line has not"
# loses = ["q7-more-scores"]
# breaks = ["location", "shapes"]
# hint = "W q, the first S"
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
        return F.cosine_similarity(query.unsqueeze(2), keys.unsqueeze(1), dim=-1)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.W = nn.Linear(dim, longest)

    def forward(self, query, keys):
        return self.W(query)
