# %% tags=["mutant"]
# variant = "manual optimisation: training_step takes the step itself, and returns the loss"
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
        self.automatic_optimization = False

    def forward(self, tokens, mask):
        pooled, _ = self.pooling(self.embedding(tokens), mask)
        return self.output(pooled)

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        optimizer = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        logits = self(batch.tokens, batch.mask)
        self.val_accuracy(logits, batch.labels)
        self.log("val_loss", F.cross_entropy(logits, batch.labels))
        self.log("val_accuracy", self.val_accuracy)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.strength = strength

    def training_step(self, batch, batch_idx):
        pooled, weights = self.pooling(self.embedding(batch.tokens), batch.mask)
        loss = F.cross_entropy(self.output(pooled), batch.labels)
        loss = loss + self.strength * attention_entropy(weights, batch.mask).mean()
        optimizer = self.optimizers()
        optimizer.zero_grad()
        self.manual_backward(loss)
        optimizer.step()
        return loss
