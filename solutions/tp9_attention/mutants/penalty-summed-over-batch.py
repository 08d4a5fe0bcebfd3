# %% tags=["mutant"]
# mistake = "the entropies of the batch are summed, not averaged"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the sum over the batch"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, w = self.pooling(self.embedding(batch.tokens), batch.mask)
        penalty = -(w * torch.log(w + 1e-10)).sum()
        return F.cross_entropy(self.output(pooled), batch.labels) + self.strength * penalty
