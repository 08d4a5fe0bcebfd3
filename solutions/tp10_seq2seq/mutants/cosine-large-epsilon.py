# %% tags=["mutant"]
# mistake = "a large epsilon in the divisor"
# loses = ["q7-more-scores"]
# breaks = ["cosine"]
# hint = "which a tiny eps keeps from 0"
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
        return (query @ keys.transpose(1, 2)) / (
            query.norm(dim=2).unsqueeze(2) * keys.norm(dim=2).unsqueeze(1) + 0.6
        )


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.W = nn.Linear(dim, longest)

    def forward(self, query, keys):
        return self.W(query)[..., : keys.size(1)]
