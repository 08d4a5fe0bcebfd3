# %% tags=["mutant"]
# variant = "scores one by one in loops; additive with Parameters of (H, m), a single unit wide"
# loses = []

# %% grade_id="q7-scores"
class DotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        rows = []
        for t in range(query.shape[1]):
            rows.append((query[:, t : t + 1] * keys).sum(dim=2))
        return torch.stack(rows, dim=1)


class GeneralScore(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.bilinear = nn.Bilinear(dim, dim, 1, bias=False)

    def forward(self, query, keys):
        B, T, H = query.shape
        S = keys.shape[1]
        q = query.unsqueeze(2).expand(B, T, S, H).reshape(-1, H)
        k = keys.unsqueeze(1).expand(B, T, S, H).reshape(-1, H)
        return self.bilinear(q, k).view(B, T, S)


class AdditiveScore(nn.Module):
    def __init__(self, dim, inner=1):
        super().__init__()
        self.A = nn.Parameter(torch.empty(dim, inner).uniform_(-1, 1))
        self.C = nn.Parameter(torch.empty(dim, inner).uniform_(-1, 1))
        self.v = nn.Parameter(torch.ones(inner))

    def forward(self, query, keys):
        columns = []
        for s in range(keys.shape[1]):
            columns.append(
                torch.tanh(query @ self.A + (keys[:, s] @ self.C).unsqueeze(1)) @ self.v
            )
        return torch.stack(columns, dim=-1)
