# %% tags=["mutant"]
# mistake = "the two maps stand in a Python list"
# loses = ["q7-scores"]
# breaks = ["learned", "additive"]
# hint = "registered"
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
        self.W = [nn.Linear(dim, dim), nn.Linear(dim, dim)]
        self.v = nn.Linear(dim, 1, bias=False)

    def forward(self, query, keys):
        q = self.W[0](query).unsqueeze(2)
        k = self.W[1](keys).unsqueeze(1)
        return self.v(torch.tanh(q + k)).squeeze(-1)
