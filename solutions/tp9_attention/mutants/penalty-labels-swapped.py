# %% tags=["mutant"]
# mistake = "the labels are swapped in training"
# loses = ["q5-entropy-regularised"]
# breaks = ["cross-entropy"]
# hint = "hand batch.labels over as they are"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), 1 - batch.labels)
        return loss + self.strength * attention_entropy(weights, batch.mask).mean()
