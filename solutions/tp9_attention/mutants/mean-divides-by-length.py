# %% tags=["mutant"]
# mistake = "only words are summed, but the sum is divided by the padded length"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "divided by the length"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        seq_len = x.size(1)
        m = mask.float().unsqueeze(-1)
        pooled = (x * m).sum(dim=1) / seq_len
        return pooled, mask.float() / seq_len
