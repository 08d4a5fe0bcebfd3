# %% tags=["mutant"]
# mistake = "weights are masked after the softmax and not renormalised"
# loses = ["q2-learned-query", "q4-contextual"]
# breaks = ["weights"]
# hint = "set to 0 on padding after the softmax"
# public = true

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        attn = F.softmax((x * self.query).sum(-1), dim=1)
        attn = attn * mask  # no attention on the padding
        out = (x * attn.unsqueeze(2)).sum(1)
        return out, attn
