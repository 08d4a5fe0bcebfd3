# %% tags=["mutant"]
# mistake = "an entropy of its own, with an epsilon of 0.01"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "an epsilon of 0.01"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        return loss + self.strength * -(weights * (weights + 0.01).log()).sum(dim=1).mean()
