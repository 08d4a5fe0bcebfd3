# %% tags=["mutant"]
# mistake = "a text that looks at itself is added to the states"
# loses = ["q3-multi-head"]
# breaks = ["calls"]
# hint = "nothing more"
# public = true
# check = "cut into heads"

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.output = nn.Linear(dim, dim)

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        query, key, value = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for each in (self.query(x), self.key(memory), self.value(memory))
        )
        read, weights = attention(
            query, key, value, None if mask is None else mask.unsqueeze(1)
        )
        states = self.output(read.transpose(1, 2).flatten(2))
        return (states + x if memory is x else states), weights
