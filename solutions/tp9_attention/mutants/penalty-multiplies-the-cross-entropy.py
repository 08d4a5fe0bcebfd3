# %% tags=["mutant"]
# mistake = "the cross-entropy is multiplied by 1 plus the penalty"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the entropy multiplies the cross-entropy"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        return loss * (1 + self.strength * attention_entropy(weights, batch.mask).mean())
