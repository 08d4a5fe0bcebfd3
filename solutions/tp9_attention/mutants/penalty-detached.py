# %% tags=["mutant"]
# mistake = "the entropy is computed on detached weights: no gradient reaches the attention"
# loses = ["q5-entropy-regularised"]
# breaks = ["gradient"]
# hint = "the entropy is cut off from the weights"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        ce = super().training_step(batch, batch_idx)
        with torch.no_grad():
            _, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        return ce + self.strength * attention_entropy(weights, batch.mask).mean()
