# %% tags=["mutant"]
# mistake = "the layers are kept in a Python list: the pooling is not registered, and never learns"
# loses = ["q1-classifier", "q5-entropy-regularised"]
# breaks = ["optimiser"]
# hint = "self.pooling = pooling"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.layers = [pooling]
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.val_accuracy = MulticlassAccuracy(num_classes, average="micro")
        self.lr = lr

    @property
    def pooling(self):
        return self.layers[0]

    def forward(self, tokens, mask):
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.val_accuracy(logits, batch.labels)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", self.val_accuracy)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
