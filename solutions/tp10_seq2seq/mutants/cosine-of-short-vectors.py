# %% tags=["mutant"]
# mistake = "vectors that are shorter than 1 are not brought to length 1"
# loses = ["q7-more-scores"]
# breaks = ["cosine"]
# hint = "over both lengths"
# public = false

# %% grade_id="q7-more-scores"
class ScaledDotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return query @ keys.transpose(1, 2) / keys.shape[2] ** 0.5


class CosineScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return F.normalize(query, dim=2, eps=1.0) @ F.normalize(keys, dim=2).transpose(1, 2)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.map = nn.Linear(dim, longest)

    def forward(self, query, keys):
        return self.map(query)[:, :, : keys.shape[1]]
