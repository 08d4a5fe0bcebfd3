# %% tags=["mutant"]
# mistake = "the entropy is logged, and never added to the loss"
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
        loss = super().training_step(batch, batch_idx)
        _, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        self.log("penalty", self.strength * attention_entropy(weights, batch.mask).mean())
        return loss
