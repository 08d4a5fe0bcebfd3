# %% tags=["mutant"]
# mistake = "the id of unknown words is masked as if it were padding"
# loses = ["q1-classifier"]
# breaks = ["handed"]
# hint = "hand the mask on as it is"
# public = true

# %% grade_id="q1-classifier"
UNK = 1


class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings.clone(), freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.lr = lr
        self.accuracy = MulticlassAccuracy(num_classes, average="micro")

    def forward(self, tokens, mask):
        known = mask & (tokens != UNK)  # unknown words tell nothing
        out, w = self.pooling(self.embedding(tokens), known)
        return self.output(out)

    def training_step(self, batch, batch_idx):
        tokens, mask, labels = batch
        return nn.CrossEntropyLoss()(self(tokens, mask), labels)

    def validation_step(self, batch, batch_idx):
        tokens, mask, labels = batch
        logits = self(tokens, mask)
        self.accuracy.update(logits, labels)
        self.log("val_loss", nn.CrossEntropyLoss()(logits, labels))
        self.log("val_accuracy", self.accuracy)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
