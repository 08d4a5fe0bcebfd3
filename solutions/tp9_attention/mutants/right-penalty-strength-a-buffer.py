# %% tags=["mutant"]
# variant = "the strength is kept as a buffer, part of the state"
# loses = []

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.register_buffer("strength", torch.tensor(float(strength)))

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        return loss + self.strength * attention_entropy(weights, batch.mask).mean()
