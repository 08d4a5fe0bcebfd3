# %% tags=["mutant"]
# mistake = "a place that may look nowhere looks everywhere, where others of its text see something"
# loses = ["q3-multi-head"]
# breaks = ["mask"]
# hint = "nothing to see"
# public = false

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(dim, dim) for _ in range(4))

    def cut(self, words):
        return words.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x, memory, mask=None):
        query, key, value = self.cut(self.query(x)), self.cut(self.key(memory)), self.cut(self.value(memory))
        scores = query @ key.mT / math.sqrt(query.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(1), torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights * mask.any(dim=(1, 2)).view(-1, 1, 1, 1)
        return self.output((weights @ value).transpose(1, 2).flatten(2)), weights
