# %% tags=["mutant"]
# mistake = "the loss is the penalty alone: the cross-entropy is gone"
# loses = ["q5-entropy-regularised"]
# breaks = ["cross-entropy"]
# hint = "where is the cross-entropy"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        _, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = self.strength * attention_entropy(weights, batch.mask).mean()
        self.log("train_loss", loss)
        return loss
