# %% tags=["mutant"]
# mistake = "forward gives logits, but the loss takes their softmax before cross-entropy"
# loses = ["q1-classifier"]
# breaks = ["loss"]
# hint = "no softmax and no sigmoid in the model"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.val_accuracy = MulticlassAccuracy(num_classes, average="micro")
        self.lr = lr

    def forward(self, tokens, mask):
        return self.output(self.pooling(self.embedding(tokens), mask)[0])

    def _loss(self, batch):
        logits = self(batch.tokens, batch.mask)
        probas = torch.softmax(logits, -1)
        return F.cross_entropy(probas, batch.labels), probas

    def training_step(self, batch, batch_idx):
        loss, _ = self._loss(batch)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        loss, probas = self._loss(batch)
        self.val_accuracy(probas, batch.labels)
        self.log("val_loss", loss)
        self.log("val_accuracy", self.val_accuracy)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), self.lr)
