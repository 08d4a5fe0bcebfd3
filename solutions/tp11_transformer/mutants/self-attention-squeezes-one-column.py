# %% tags=["mutant"]
# mistake = "a head_dim of 1 is squeezed away"
# loses = ["q2-self-attention"]
# breaks = ["calls"]
# hint = "squeezed"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):

    def __init__(self, dim: int, head_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        states, weights = attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
        return states.squeeze(-1), weights
