# %% tags=["mutant"]
# mistake = "torch's own layer"
# loses = ["q3-multi-head"]
# breaks = ["split-and-merge"]
# hint = "no attention of torch's"
# public = true

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.layer = nn.MultiheadAttention(dim, heads, batch_first=True)

    def forward(self, x, memory, mask=None):
        if mask is not None:
            mask = ~mask.expand(-1, x.shape[1], -1).repeat_interleave(self.heads, dim=0)
        return self.layer(x, memory, memory, attn_mask=mask, average_attn_weights=False)
