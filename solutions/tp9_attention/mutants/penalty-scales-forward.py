# %% tags=["mutant"]
# mistake = "forward hangs on the strength"
# loses = ["q5-entropy-regularised"]
# breaks = ["evaluation"]
# hint = "whatever the strength"
# public = false

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength
        self.vectors = next(m for m in self.modules() if isinstance(m, nn.Embedding))
        self.linear = [m for m in self.children() if isinstance(m, nn.Linear)][-1]

    def training_step(self, batch, batch_idx):
        x = self.vectors(batch.tokens)
        pooled, weights = self.pooling(x, batch.mask)
        loss = F.cross_entropy(self.linear(pooled), batch.labels)
        entropy = attention_entropy(weights, batch.mask).mean()
        loss = loss + self.strength * entropy
        self.log("train_loss", loss)
        return loss

    def forward(self, tokens, mask):
        return super().forward(tokens, mask) / (1 + abs(self.strength))
