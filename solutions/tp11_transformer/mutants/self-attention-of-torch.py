# %% tags=["mutant"]
# mistake = "torch's own attention"
# loses = ["q2-self-attention"]
# breaks = ["own-projections"]
# hint = "no attention of torch's"
# public = true

# %% grade_id="q2-self-attention"
class SelfAttention(nn.Module):
    def __init__(self, dim, head_dim):
        super().__init__()
        self.query = nn.Linear(dim, head_dim)
        self.key = nn.Linear(dim, head_dim)
        self.value = nn.Linear(dim, head_dim)

    def forward(self, x, mask):
        q, k, v = self.query(x), self.key(x), self.value(x)
        places = torch.eye(x.shape[1]).expand(len(x), -1, -1)
        seen = mask.unsqueeze(1).expand(-1, x.shape[1], -1)
        look = nn.functional.scaled_dot_product_attention
        return look(q, k, v, attn_mask=seen), look(q, k, places, attn_mask=seen)
