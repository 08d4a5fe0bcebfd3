# %% tags=["mutant"]
# mistake = "the mask is made anew from the ids: 0 is taken for padding, whatever the mask says"
# loses = ["q1-classifier"]
# breaks = ["handed"]
# hint = "hand the mask on as it is"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.lr = lr
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.acc = MulticlassAccuracy(num_classes, average="micro")

    def forward(self, tokens, mask):
        mask = tokens != 0  # 0 = <pad>
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.acc(logits, batch.labels)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", self.acc)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
