# %% tags=["mutant"]
# mistake = "the penalty is the entropy of the first review alone"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the mean over all reviews is asked for"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        return loss + self.strength * attention_entropy(weights, batch.mask)[0]
