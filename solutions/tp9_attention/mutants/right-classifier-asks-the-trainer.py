# %% tags=["mutant"]
# variant = "training_step logs the step size that its optimiser has, the Trainer is asked, and a scheduler waits for val_loss"
# loses = []

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings.clone(), freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.val_accuracy = MulticlassAccuracy(num_classes, average="micro")
        self.lr = lr

    def forward(self, tokens, mask):
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        lr = self.optimizers().param_groups[0]["lr"]
        self.log_dict({"train_loss": loss, "lr": lr, "epoch": float(self.trainer.current_epoch)}, on_step=True)
        return loss

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.val_accuracy(logits, batch.labels)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", self.val_accuracy)

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.lr)
        steps = max(1, int(self.trainer.estimated_stepping_batches))
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": plateau, "monitor": "val_loss"}}
