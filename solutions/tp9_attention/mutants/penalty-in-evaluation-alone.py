# %% tags=["mutant"]
# mistake = "the penalty is added where the model does not train"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the strength changes nothing"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        if not self.training:
            loss = loss + self.strength * attention_entropy(weights, batch.mask).mean()
        return loss
