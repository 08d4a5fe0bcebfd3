# %% tags=["mutant"]
# mistake = "the sign is flipped: the penalty rewards spread"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the sign is flipped"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        ce = F.cross_entropy(self.output(pooled), batch.labels)
        return ce - self.strength * attention_entropy(weights, batch.mask).mean()
