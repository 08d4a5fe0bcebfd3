# %% tags=["mutant"]
# mistake = "λ multiplies the whole loss"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the strength multiplies the whole loss"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        vectors = self.embedding(batch.tokens)
        pooled, weights = self.pooling(vectors, batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        entropy = attention_entropy(weights, batch.mask).mean()
        loss = self.strength * (loss + entropy)
        self.log("train_loss", loss)
        return loss
