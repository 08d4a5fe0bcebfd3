# %% tags=["mutant"]
# mistake = "the entropy of the penalty is in bits, log base 2"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the logarithm is in base 2"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def entropy(self, p):
        return -(p * torch.log2(p.clamp(min=1e-12))).sum(dim=1)

    def training_step(self, batch, batch_idx):
        pooled, p = self.pooling(self.embedding(batch.tokens), batch.mask)
        ce = F.cross_entropy(self.output(pooled), batch.labels)
        return ce + self.strength * self.entropy(p).mean()
