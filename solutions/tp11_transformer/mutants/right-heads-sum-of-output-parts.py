# %% tags=["mutant"]
# variant = "each head by its columns of output, summed"
# loses = []

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
        total, looks = 0, []
        for i in range(self.heads):
            r, w = attention(query[:, i], key[:, i], value[:, i], mask)
            k = r.shape[-1]
            total = total + r @ self.output.weight[:, i * k : (i + 1) * k].T
            looks.append(w)
        return total + self.output.bias, torch.stack(looks, 1)
