# %% tags=["mutant"]
# mistake = "the query is cleared once it is read"
# loses = ["q7-scores"]
# breaks = ["calls"]
# hint = "in place"
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
        self.weight = nn.Linear(dim, dim, bias=False)

    def forward(self, query, keys):
        return query @ self.weight(keys).transpose(1, 2)


class AdditiveScore(nn.Module):

    def __init__(self, dim):
        super().__init__()
        self.of_query = nn.Linear(dim, dim, bias=False)
        self.of_keys = nn.Linear(dim, dim, bias=False)
        self.v = nn.Linear(dim, 1, bias=False)

    def forward(self, query, keys):
        asked = self.of_query(query)
        query.zero_()
        hidden = torch.tanh(asked.unsqueeze(2) + self.of_keys(keys).unsqueeze(1))
        return self.v(hidden).squeeze(3)
