# %% tags=["mutant"]
# mistake = "view in place of transpose"
# loses = ["q7-more-scores"]
# breaks = ["scaled"]
# hint = "q · k over the root of the width"
# public = true

# %% grade_id="q7-more-scores"
class ScaledDotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return query @ keys.reshape(keys.size(0), keys.size(2), -1) / keys.size(-1) ** 0.5


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
        return self.W(query)[..., : keys.size(1)]
