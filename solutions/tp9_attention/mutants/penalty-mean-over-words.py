# %% tags=["mutant"]
# mistake = "the entropy is a mean over the words of the batch, not over the reviews"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the mean entropy of the attention"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, w = self.pooling(self.embedding(batch.tokens), batch.mask)
        p = w[batch.mask]
        return F.cross_entropy(self.output(pooled), batch.labels) - self.strength * (p * p.log()).mean()
