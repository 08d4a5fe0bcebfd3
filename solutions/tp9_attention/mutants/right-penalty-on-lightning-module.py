# %% tags=["mutant"]
# variant = "question 5 written in full on LightningModule, with an entropy of its own"
# loses = []

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(LightningModule):
    def __init__(self, embeddings, pooling, strength=0.0, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.emb = nn.Embedding.from_pretrained(embeddings.clone(), freeze=freeze_embeddings)
        self.pooling = pooling
        self.fc = nn.Linear(pooling.out_features, num_classes)
        self.strength, self.lr = strength, lr
        self.acc = MulticlassAccuracy(num_classes, average="micro")

    def forward(self, tokens, mask):
        return self.fc(self.pooling(self.emb(tokens), mask)[0])

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.emb(batch.tokens), batch.mask)
        p = weights[batch.mask]
        total = -(p * (p + 1e-12).log()).sum()
        return F.cross_entropy(self.fc(pooled), batch.labels) + self.strength * total / len(batch.labels)

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.acc(logits, batch.labels)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", self.acc)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
