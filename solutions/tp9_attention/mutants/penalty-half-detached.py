# %% tags=["mutant"]
# mistake = "p is detached, log p is not: the value is right, the pull is not"
# loses = ["q5-entropy-regularised"]
# breaks = ["gradient"]
# hint = "up to a constant in each review"
# public = false

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, w = self.pooling(self.embedding(batch.tokens), batch.mask)
        entropies = -(w.detach() * w.clamp(min=1e-12).log()).sum(dim=1)
        return F.cross_entropy(self.output(pooled), batch.labels) + self.strength * entropies.mean()
