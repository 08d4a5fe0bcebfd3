# %% tags=["mutant"]
# mistake = "query and key both start at 0: no gradient ever reaches them"
# loses = ["q2-self-attention"]
# breaks = ["learned"]
# hint = "a start that nothing leaves"
# public = false

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):

    def __init__(self, dim: int, head_dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        nn.init.zeros_(self.query.weight); nn.init.zeros_(self.query.bias)
        nn.init.zeros_(self.key.weight); nn.init.zeros_(self.key.bias)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return attention(self.query(x), self.key(x), self.value(x), mask.unsqueeze(1))
