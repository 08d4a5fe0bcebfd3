# %% tags=["mutant"]
# mistake = "v_θ is applied and its result never used"
# loses = ["q3-text-query"]
# breaks = ["value"]
# hint = "are they what you sum, in place of the values or states?"
# public = true

# %% grade_id="q3-text-query"
class TextQueryPooling(nn.Module):
    def __init__(self, dim: int, value_dim: int) -> None:
        super().__init__()
        self.mean = MeanPooling(dim)
        self.query = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, value_dim)
        self.out_features = value_dim

    def forward(self, x, mask):
        moyenne, _ = self.mean(x, mask)
        valeurs = self.value(x)
        scores = torch.bmm(x, self.query(moyenne).unsqueeze(2)).squeeze(2).masked_fill(~mask, -1e9)
        poids = F.softmax(scores, dim=1)
        sortie = torch.bmm(poids.unsqueeze(1), x).squeeze(1)
        return sortie, poids
