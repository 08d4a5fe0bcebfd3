# %% tags=["mutant"]
# mistake = "the penalty is charged for every second batch"
# loses = ["q5-entropy-regularised"]
# breaks = ["penalty"]
# hint = "neither on its number"
# public = true

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def entropy(self, weights, mask):
        safe = torch.where(weights > 0, weights, 1.0)
        return -(weights * safe.log()).sum(1)

    def training_step(self, batch, batch_idx):
        kept = []
        hook = self.pooling.register_forward_hook(lambda m, i, o: kept.append(o[1]))
        logits = self(batch.tokens, batch.mask)
        hook.remove()
        cross_entropy = F.cross_entropy(logits, batch.labels)
        penalty = self.entropy(kept[0], batch.mask).mean()
        loss = cross_entropy + (self.strength if batch_idx % 2 == 0 else 0) * penalty
        self.log("train_loss", loss)
        return loss
