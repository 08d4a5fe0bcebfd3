# %% tags=["mutant"]
# mistake = "the counts of right reviews are never put back to 0: an epoch's accuracy holds all earlier ones"
# loses = ["q1-classifier"]
# breaks = ["validation"]
# hint = "reset"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings, freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.lr = lr
        self.correct = 0
        self.total = 0

    def forward(self, tokens, mask):
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.correct += (logits.argmax(1) == batch.labels).sum().item()
        self.total += len(batch.labels)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))

    def on_validation_epoch_end(self):
        self.log("val_accuracy", self.correct / self.total)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
