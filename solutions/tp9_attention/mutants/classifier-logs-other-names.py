# %% tags=["mutant"]
# mistake = "the accuracy is logged under another name than the one asked for"
# loses = ["q1-classifier"]
# breaks = ["validation"]
# hint = "in validation_step"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.lr = lr
        self.acc = MulticlassAccuracy(num_classes=num_classes, average="micro")

    def forward(self, tokens, mask):
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)

    def step(self, batch, name):
        logits = self(batch.tokens, batch.mask)
        loss = F.cross_entropy(logits, batch.labels)
        self.log(f"loss/{name}", loss, batch_size=len(batch.labels))
        return logits, loss

    def training_step(self, batch, batch_idx):
        return self.step(batch, "train")[1]

    def validation_step(self, batch, batch_idx):
        logits, _ = self.step(batch, "val")
        self.acc(logits, batch.labels)
        self.log("accuracy/val", self.acc)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
