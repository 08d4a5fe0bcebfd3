# %% tags=["mutant"]
# variant = "view and permute, merged by contiguous and view; a mask of numbers is added"
# loses = []

# %% grade_id="q3-multi-head"
class MultiHeadAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        assert dim % heads == 0
        self.h, self.d_k = heads, dim // heads
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.output = nn.Linear(dim, dim)

    def split(self, x):
        B, L, D = x.shape
        return x.view(B, L, self.h, self.d_k).permute(0, 2, 1, 3)

    def forward(self, x, memory, mask=None):
        B, L, D = x.size()
        Q, K, V = self.split(self.query(x)), self.split(self.key(memory)), self.split(self.value(memory))
        scores = torch.einsum("bhlk,bhsk->bhls", Q, K) / math.sqrt(self.d_k)
        if mask is not None:
            scores = scores + (~mask)[:, None].float() * torch.finfo(torch.float32).min
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = weights * mask[:, None].any(dim=-1, keepdim=True)
        out = torch.einsum("bhls,bhsk->bhlk", weights, V)
        out = out.permute(0, 2, 1, 3).contiguous().view(B, L, D)
        return self.output(out), weights
