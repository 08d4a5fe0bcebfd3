# %% tags=["mutant"]
# mistake = "the weights leave the padding out, the mean does not"
# loses = ["q1-mean-pooling"]
# breaks = ["mean"]
# hint = "padding is counted in the mean"
# public = true

# %% grade_id="q1-mean-pooling"
class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        n_words = mask.sum(dim=1, keepdim=True)
        alpha = mask.float() / n_words
        t_hat = torch.mean(x, 1)
        return t_hat, alpha
