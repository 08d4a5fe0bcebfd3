# %% tags=["mutant"]
# mistake = "a batch size is written into the code"
# loses = ["q1-mean-pooling"]
# breaks = ["shapes"]
# hint = "is a batch size written into the code?"
# public = true

# %% grade_id="q1-mean-pooling"
BATCH_SIZE = 32


class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        pooled = torch.zeros(BATCH_SIZE, self.out_features)
        weights = torch.zeros(mask.shape)
        for b in range(x.shape[0]):
            words = x[b][mask[b]]
            pooled[b] = words.mean(dim=0)
            weights[b][mask[b]] = 1 / len(words)
        return pooled, weights
