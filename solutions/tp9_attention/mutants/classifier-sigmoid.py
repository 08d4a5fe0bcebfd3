# %% tags=["mutant"]
# mistake = "a sigmoid on the logits, then cross-entropy"
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
        self.metric = MulticlassAccuracy(num_classes, average="micro")
        self.lr = lr

    def forward(self, tokens, mask):
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return torch.sigmoid(self.output(pooled))

    def training_step(self, batch, batch_idx):
        return F.cross_entropy(self.forward(batch.tokens, batch.mask), batch.labels)

    def validation_step(self, batch, batch_idx):
        out = self.forward(batch.tokens, batch.mask)
        self.metric(out, batch.labels)
        self.log_dict({"val_loss": F.cross_entropy(out, batch.labels), "val_accuracy": self.metric})

    def configure_optimizers(self):
        return torch.optim.Adam([p for p in self.parameters() if p.requires_grad], lr=self.lr)
