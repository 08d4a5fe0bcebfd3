# %% tags=["mutant"]
# mistake = "a strength of 0 is taken for none, and replaced"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "is 0 taken for no strength"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength or 0.01

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        return loss + self.strength * attention_entropy(weights, batch.mask).mean()
