# %% tags=["mutant"]
# mistake = "the accuracy of a batch counts as often as it has words"
# loses = ["q1-classifier"]
# breaks = ["validation"]
# hint = "batch_size is the number of reviews"
# public = true

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings.clone(), freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
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
        right = (logits.argmax(dim=1) == batch.labels).float().mean()
        self.log("val_loss", F.cross_entropy(logits, batch.labels), batch_size=len(batch.labels))
        self.log("val_accuracy", right, batch_size=int(batch.mask.sum()))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
