# %% tags=["mutant"]
# mistake = "the scores are a linear layer of the query, as long as the longest line: the keys are not read"
# loses = ["q7-scores"]
# breaks = ["additive"]
# hint = "there is no tanh"
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
        self.attn = nn.Linear(dim, 64)

    def forward(self, query, keys):
        return self.attn(query)[:, :, : keys.shape[1]]
