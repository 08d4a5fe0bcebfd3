# %% tags=["mutant"]
# variant = "mask as exp times mask over their sum, the maximum subtracted; query as Linear without bias"
# loses = []

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, 1, bias=False)
        self.out_features = dim

    def forward(self, x, mask):
        scores = self.query(x)[..., 0]
        top = scores.masked_fill(~mask, -1e9).amax(dim=1, keepdim=True)
        e = torch.exp((scores - top).clamp(max=0)) * mask
        weights = e / e.sum(dim=1, keepdim=True).clamp(min=1e-12)
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
