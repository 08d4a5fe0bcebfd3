# %% tags=["mutant"]
# mistake = "squeeze() without an axis: a batch of one loses it"
# loses = ["q7-scores"]
# breaks = ["shapes"]
# hint = "a row for each query, a column for each key"
# public = true

# %% grade_id="q7-scores"
class DotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return query @ keys.transpose(1, 2)


class GeneralScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.W = nn.Linear(dim, dim, bias=False)

    def forward(self, query, keys):
        return self.W(query) @ keys.transpose(1, 2)


class AdditiveScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.W1 = nn.Linear(dim, dim)
        self.W2 = nn.Linear(dim, dim)
        self.v = nn.Linear(dim, 1, bias=False)

    def forward(self, query, keys):
        q = self.W1(query).unsqueeze(2)
        k = self.W2(keys).unsqueeze(1)
        return self.v(torch.tanh(q + k)).squeeze()
