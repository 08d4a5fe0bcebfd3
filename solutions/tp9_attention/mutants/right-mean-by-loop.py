# %% tags=["mutant"]
# variant = "mean through sum / count, one review after the other"
# loses = []

# %% grade_id="q1-mean-pooling"
def one_mean(words, width):
    return words.sum(dim=0) / len(words) if len(words) else torch.zeros(width)


class MeanPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim

    def forward(self, x, mask):
        resultat, poids = [], torch.zeros(mask.shape)
        for i, (texte, m) in enumerate(zip(x, mask)):
            resultat.append(one_mean(texte[m], x.shape[2]))
            poids[i, m] = 1 / max(1, int(m.sum()))
        return torch.stack(resultat), poids
