# %% tags=["mutant"]
# mistake = "softmax, then cross-entropy, in the loss of question 5"
# loses = ["q5-entropy-regularised"]
# breaks = ["cross-entropy"]
# hint = "no softmax and no sigmoid in the model"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        proba = F.softmax(self.output(pooled), dim=-1)
        return F.cross_entropy(proba, batch.labels) + self.strength * attention_entropy(weights, batch.mask).mean()
