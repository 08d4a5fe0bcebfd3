# %% tags=["mutant"]
# variant = "cosine as the dot product over both lengths, clamped; no bias in location"
# loses = []

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
        dot = query @ keys.transpose(1, 2)
        lengths = query.norm(dim=2).unsqueeze(2) * keys.norm(dim=2).unsqueeze(1)
        return dot / lengths.clamp(min=1e-12)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.W = nn.Linear(dim, longest, bias=False)

    def forward(self, query, keys):
        return self.W(query)[..., : keys.size(1)]
