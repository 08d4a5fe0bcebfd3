# %% tags=["mutant"]
# variant = "mask as adding a large negative number; query as Linear with bias; scores scaled by 1/sqrt(d)"
# loses = []

# %% grade_id="q2-learned-query"
import math


class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.score = nn.Linear(dim, 1)
        self.scale = math.sqrt(dim)
        self.out_features = dim

    def forward(self, x, mask):
        s = self.score(x).squeeze(-1) / self.scale
        s = s + (1.0 - mask.float()) * -1e9
        w = torch.softmax(s, dim=-1) * mask.float()
        return torch.matmul(w.unsqueeze(1), x).squeeze(1), w
