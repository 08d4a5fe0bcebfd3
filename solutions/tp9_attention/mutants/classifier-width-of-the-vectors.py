# %% tags=["mutant"]
# mistake = "the linear layer is as wide as the vectors, not as what the pooling gives"
# loses = ["q1-classifier"]
# breaks = ["logits"]
# hint = "its width is the out_features of what is before it"
# public = false

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(embeddings.shape[1], num_classes)
        self.accuracy = MulticlassAccuracy(num_classes, average="micro")
        self.lr = lr

    def forward(self, tokens, mask):
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.accuracy(logits, batch.labels)
        self.log("val_accuracy", self.accuracy)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
