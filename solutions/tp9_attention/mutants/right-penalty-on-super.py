# %% tags=["mutant"]
# variant = "the plain loss through super().training_step, the penalty through a second reading; entr of filled weights"
# loses = []

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **kw):
        super().__init__(embeddings, pooling, **kw)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        loss = super().training_step(batch, batch_idx)
        weights = self.pooling(self.embedding(batch.tokens), batch.mask)[1]
        entropies = torch.special.entr(weights.masked_fill(weights == 0, 1.0)).sum(dim=1)
        self.log("train_entropy", entropies.mean())
        return loss + self.strength * entropies.mean()
