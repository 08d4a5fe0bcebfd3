# %% tags=["mutant"]
# mistake = "the gradient is infinite where a word has no weight: padding alone is filled"
# loses = ["q5-entropy-regularised"]
# breaks = ["gradient"]
# hint = "on a word without weight"
# public = false

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def entropy(self, weights, mask):
        p = torch.where(mask, weights, 1.0)
        return -torch.xlogy(p, p).sum(1)

    def training_step(self, batch, batch_idx):
        kept = []
        hook = self.pooling.register_forward_hook(lambda m, i, o: kept.append(o[1]))
        logits = self(batch.tokens, batch.mask)
        hook.remove()
        cross_entropy = F.cross_entropy(logits, batch.labels)
        penalty = self.entropy(kept[0], batch.mask).mean()
        loss = cross_entropy + self.strength * penalty
        self.log("train_loss", loss)
        return loss
