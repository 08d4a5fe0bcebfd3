# %% tags=["mutant"]
# mistake = "repeat and view set queries beside the wrong keys"
# loses = ["q7-scores"]
# breaks = ["shapes"]
# hint = "unsqueeze and broadcast"
# public = false

# %% grade_id="q7-scores"
class DotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return query @ keys.transpose(1, 2)


class GeneralScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.map = nn.Linear(dim, dim, bias=False)

    def forward(self, query, keys):
        return self.map(query) @ keys.transpose(1, 2)


class AdditiveScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.of_query = nn.Linear(dim, dim)
        self.of_keys = nn.Linear(dim, dim, bias=False)
        self.output = nn.Linear(dim, 1, bias=False)

    def forward(self, query, keys):
        B, T, H = query.shape
        S = keys.shape[1]
        both = self.of_query(query).repeat(1, S, 1).view(B, T, S, H) + self.of_keys(keys).unsqueeze(1)
        return self.output(both.tanh()).squeeze(3)
