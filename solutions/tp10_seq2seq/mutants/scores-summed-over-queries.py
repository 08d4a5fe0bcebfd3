# %% tags=["mutant"]
# mistake = "the sum goes over the queries too: one score a key"
# loses = ["q7-scores"]
# breaks = ["dot", "shapes"]
# hint = "a row for each query"
# public = true

# %% grade_id="q7-scores"
class DotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return (query @ keys.transpose(1, 2)).sum(dim=1)


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
        return self.v(torch.tanh(q + k)).squeeze(-1)
