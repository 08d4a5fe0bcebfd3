# %% tags=["mutant"]
# mistake = "the validation counts the penalty too"
# loses = ["q5-entropy-regularised"]
# breaks = ["evaluation"]
# hint = "nothing is added to the cross-entropy"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        return loss + self.strength * attention_entropy(weights, batch.mask).mean()

    def validation_step(self, batch, batch_idx):
        _, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        logits = self(batch.tokens, batch.mask)
        entropy = attention_entropy(weights, batch.mask).mean()
        self.log("val_accuracy", (logits.argmax(dim=1) == batch.labels).float().mean(), batch_size=len(batch.labels))
        self.log("val_loss", F.cross_entropy(logits, batch.labels) + self.strength * entropy)
