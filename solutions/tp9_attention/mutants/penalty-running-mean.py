# %% tags=["mutant"]
# mistake = "a running mean of the entropy is charged"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "nor on what was kept"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength
        self.running = None

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        entropy = attention_entropy(weights, batch.mask).mean()
        self.running = entropy if self.running is None else 0.9 * self.running.detach() + 0.1 * entropy
        return loss + self.strength * self.running
