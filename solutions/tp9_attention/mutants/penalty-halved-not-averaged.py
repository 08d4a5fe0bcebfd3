# %% tags=["mutant"]
# mistake = "the entropies are summed and halved: right for a batch of two alone"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "cross-entropy + strength · mean entropy"
# public = false

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, w = self.pooling(self.embedding(batch.tokens), batch.mask)
        entropies = -(w * w.clamp(min=1e-12).log()).sum(dim=1)
        return F.cross_entropy(self.output(pooled), batch.labels) + self.strength * entropies.sum() / 2
