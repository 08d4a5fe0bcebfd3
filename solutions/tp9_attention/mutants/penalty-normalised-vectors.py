# %% tags=["mutant"]
# mistake = "in training the pooling is handed vectors of length 1"
# loses = ["q5-entropy-regularised"]
# breaks = ["handed"]
# hint = "the embedding of the tokens, row by row"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(F.normalize(self.embedding(batch.tokens), dim=-1), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        return loss + self.strength * attention_entropy(weights, batch.mask).mean()
