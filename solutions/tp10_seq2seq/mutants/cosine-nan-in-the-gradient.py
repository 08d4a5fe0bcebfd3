# %% tags=["mutant"]
# mistake = "0 / 0, mended afterwards: its gradient is nan"
# loses = ["q7-more-scores"]
# breaks = ["cosine"]
# hint = "bound the length before you divide"
# public = false

# %% grade_id="q7-more-scores"
class ScaledDotScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return query @ keys.transpose(1, 2) / keys.shape[2] ** 0.5


class CosineScore(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, query, keys):
        return torch.nan_to_num(query / query.norm(dim=2, keepdim=True)) @ torch.nan_to_num(keys / keys.norm(dim=2, keepdim=True)).transpose(1, 2)


class LocationScore(nn.Module):
    def __init__(self, dim, longest=64):
        super().__init__()
        self.map = nn.Linear(dim, longest)

    def forward(self, query, keys):
        return self.map(query)[:, :, : keys.shape[1]]
