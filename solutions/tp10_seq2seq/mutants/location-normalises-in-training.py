# %% tags=["mutant"]
# mistake = "in training the query is normalised first"
# loses = ["q7-more-scores"]
# breaks = ["calls"]
# hint = "no other branch"
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
        return F.normalize(query, dim=2) @ F.normalize(keys, dim=2).transpose(1, 2)


class LocationScore(nn.Module):

    def __init__(self, dim, longest=64):
        super().__init__()
        self.weight = nn.Linear(dim, longest, bias=False)

    def forward(self, query, keys):
        if self.training:
            query = F.normalize(query, dim=2)
        return self.weight(query)[:, :, :keys.shape[1]]
