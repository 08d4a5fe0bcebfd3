# %% tags=["mutant"]
# mistake = "of a memory longer than x only the beginning is looked at"
# loses = ["q3-multi-head"]
# breaks = ["mask"]
# hint = "a size is written into the code"
# public = true

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
        memory = memory[:, : max(x.shape[1], 3)]
        if mask is not None:
            mask = mask[..., : memory.shape[1]]
        query, key, value = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for each in (self.query(x), self.key(memory), self.value(memory))
        )
        read, weights = attention(
            query, key, value, None if mask is None else mask.unsqueeze(1)
        )
        return self.output(read.transpose(1, 2).flatten(2)), weights
