# %% tags=["mutant"]
# mistake = "repeat along the batch, then view: lines are mixed"
# loses = ["q7-scores"]
# breaks = ["alone"]
# hint = "repeat and view mix lines"
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
        self.attn = nn.Linear(2 * dim, dim)
        self.v = nn.Linear(dim, 1, bias=False)

    def forward(self, query, keys):
        B, T, H = query.shape
        S = keys.shape[1]
        q = query.repeat(S, 1, 1).view(B, S, T, H).transpose(1, 2)
        k = keys.unsqueeze(1).expand(-1, T, -1, -1)
        return self.v(torch.tanh(self.attn(torch.cat([q, k], dim=3)))).squeeze(3)
