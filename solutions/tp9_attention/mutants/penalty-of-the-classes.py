# %% tags=["mutant"]
# mistake = "the entropy is that of the predicted classes, not of the attention"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "the weights that the pooling returns"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        probs = logits.softmax(dim=1)
        entropy = -(probs * probs.log()).sum(dim=1).mean()
        return F.cross_entropy(logits, batch.labels) + self.strength * entropy
