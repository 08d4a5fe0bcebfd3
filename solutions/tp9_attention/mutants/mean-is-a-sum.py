# %% tags=["mutant"]
# mistake = "the vectors are summed, never divided by the number of words"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "this is the sum"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        poids = mask.to(torch.float32)
        return (x * poids.unsqueeze(2)).sum(1), poids
