# %% tags=["mutant"]
# variant = "general: a Parameter on the query, einsum; dot by bmm; additive by concatenation, wide inside, with biases"
# loses = []

# %% grade_id="q7-scores"
class DotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return torch.bmm(query, keys.permute(0, 2, 1))


class GeneralScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.W = nn.Parameter(torch.randn(dim, dim) / dim**0.5)

    def forward(self, query, keys):
        return torch.einsum("btd,de,bse->bts", query, self.W, keys)


class AdditiveScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2 * dim, 3 * dim), nn.Tanh(), nn.Linear(3 * dim, 1))

    def forward(self, query, keys):
        T, S = query.size(1), keys.size(1)
        q = query.unsqueeze(2).expand(-1, -1, S, -1)
        k = keys.unsqueeze(1).expand(-1, T, -1, -1)
        return self.net(torch.cat((q, k), dim=-1)).squeeze(-1)
