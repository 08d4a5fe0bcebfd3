# %% tags=["mutant"]
# mistake = "torch's own function, imported under another name"
# loses = ["q3-multi-head"]
# breaks = ["split-and-merge"]
# hint = "no attention of torch's"
# public = true

# %% grade_id="q3-multi-head"
from torch.nn.functional import scaled_dot_product_attention as look


class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.output = nn.Linear(dim, dim)

    def forward(self, x, memory, mask=None):
        query, key, value = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for each in (self.query(x), self.key(memory), self.value(memory))
        )
        seen = None if mask is None else mask.unsqueeze(1)
        places = torch.eye(memory.shape[1]).expand(*key.shape[:2], -1, -1)
        read, weights = (look(query, key, each, attn_mask=seen) for each in (value, places))
        return self.output(read.transpose(1, 2).flatten(2)), weights
