# %% tags=["mutant"]
# mistake = "query and key are two layers that share one weight"
# loses = ["q2-self-attention"]
# breaks = ["own-projections"]
# hint = "a weight of its own"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):

    def __init__(self, dim: int, head_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.key.weight = self.query.weight
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
