# %% tags=["mutant"]
# mistake = "the entropy is torch.special.entr of weights that are 0 on padding: its gradient is infinite there"
# loses = ["q5-entropy-regularised"]
# breaks = ["gradient"]
# hint = "0 · log 0"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        entropy = torch.special.entr(weights).sum(dim=1).mean()
        return loss + self.strength * entropy
