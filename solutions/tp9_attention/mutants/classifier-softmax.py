# %% tags=["mutant"]
# mistake = "softmax inside the model, then cross-entropy"
# loses = ["q1-classifier"]
# breaks = ["logits"]
# hint = "no softmax and no sigmoid in the model"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.softmax = nn.Softmax(dim=1)
        self.criterion = nn.CrossEntropyLoss()
        self.val_acc = MulticlassAccuracy(num_classes, average="micro")
        self.lr = lr

    def forward(self, tokens, mask):
        emb = self.embedding(tokens)
        pooled, weights = self.pooling(emb, mask)
        return self.softmax(self.output(pooled))

    def training_step(self, batch, batch_idx):
        yhat = self(batch.tokens, batch.mask)
        loss = self.criterion(yhat, batch.labels)
        self.log("train_loss", loss, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        yhat = self(batch.tokens, batch.mask)
        self.log("val_loss", self.criterion(yhat, batch.labels))
        self.val_acc(yhat, batch.labels)
        self.log("val_accuracy", self.val_acc)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
