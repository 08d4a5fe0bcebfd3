# %% tags=["mutant"]
# mistake = "nll_loss on logits that are no log-probabilities"
# loses = ["q1-classifier"]
# breaks = ["loss"]
# hint = "nll_loss takes log-probabilities"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.loss = nn.NLLLoss()
        self.val_accuracy = MulticlassAccuracy(num_classes, average="micro")
        self.lr = lr

    def forward(self, tokens, mask):
        h, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(h)

    def training_step(self, batch, batch_idx):
        return self.loss(self(batch.tokens, batch.mask), batch.labels)

    def validation_step(self, batch, batch_idx):
        y = self(batch.tokens, batch.mask)
        self.val_accuracy(y, batch.labels)
        self.log("val_loss", self.loss(y, batch.labels))
        self.log("val_accuracy", self.val_accuracy)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
