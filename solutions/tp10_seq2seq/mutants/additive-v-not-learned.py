# %% tags=["mutant"]
# mistake = "v is drawn once, and not learned"
# loses = ["q7-scores"]
# breaks = ["learned"]
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
        self.W1 = nn.Linear(dim, dim)
        self.W2 = nn.Linear(dim, dim)
        self.v = torch.randn(dim)

    def forward(self, query, keys):
        q = self.W1(query).unsqueeze(2)
        k = self.W2(keys).unsqueeze(1)
        return torch.tanh(q + k) @ self.v
