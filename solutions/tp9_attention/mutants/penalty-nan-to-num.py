# %% tags=["mutant"]
# mistake = "nan_to_num hides 0 · log 0 in the value; the gradient is nan still"
# loses = ["q5-entropy-regularised"]
# breaks = ["gradient"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.lam = strength

    def training_step(self, batch, batch_idx):
        x = self.embedding(batch.tokens)
        t, p = self.pooling(x, batch.mask)
        h = torch.nan_to_num(-p * torch.log(p)).sum(1)
        return F.cross_entropy(self.output(t), batch.labels) + self.lam * h.mean()
