# %% tags=["mutant"]
# variant = "accuracy through counts of its own, reset each epoch; a dict from configure_optimizers and from training_step"
# loses = []

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.save_hyperparameters("lr", "num_classes")
        self.embedding = nn.Embedding(embeddings.size(0), embeddings.size(1), _weight=embeddings.clone())
        self.embedding.weight.requires_grad_(not freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, tokens, mask):
        vectors = self.embedding(tokens)
        text, self.last_weights = self.pooling(vectors, mask)
        return self.output(text)

    def training_step(self, batch, batch_idx):
        loss = self.criterion(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", loss.detach())
        return {"loss": loss}

    def on_validation_epoch_start(self):
        self.good, self.seen = 0, 0

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.good += int((logits.argmax(dim=-1) == batch.labels).sum())
        self.seen += batch.labels.numel()
        self.log("val_loss", self.criterion(logits, batch.labels), batch_size=len(batch.labels))

    def on_validation_epoch_end(self):
        self.log("val_accuracy", self.good / self.seen, prog_bar=True)

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        return {"optimizer": optimizer, "lr_scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 10)}
