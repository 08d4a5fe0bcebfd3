# %% tags=["mutant"]
# variant = "extra dropout (off in evaluation), names and helpers of the student's own; question 5 written to match"
# loses = []

# %% grade_id="q1-classifier"
def make_head(width, classes, p=0.2):
    """Dropout then a linear layer."""
    return nn.Sequential(nn.Dropout(p), nn.Linear(width, classes))


class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        table = embeddings.detach().clone()
        if freeze_embeddings:
            self.register_buffer("table", table)
        else:
            self.table = nn.Parameter(table)
        self.pooling = pooling
        self.tete = make_head(pooling.out_features, num_classes)
        self.pas = lr
        self.exactitude = MulticlassAccuracy(num_classes, average="micro")

    def lire(self, tokens, mask):
        x = F.embedding(tokens, self.table)
        x = F.dropout(x, 0.1, training=self.training)
        return self.pooling(x, mask)

    def forward(self, tokens, mask):
        texte, _ = self.lire(tokens, mask)
        return self.tete(texte)

    def training_step(self, batch, batch_idx):
        cout = F.cross_entropy(self(batch.tokens, batch.mask), batch.labels)
        self.log("train_loss", cout, batch_size=len(batch.labels))
        return cout

    def validation_step(self, batch, batch_idx):
        z = self(batch.tokens, batch.mask)
        self.exactitude(z, batch.labels)
        self.log_dict(
            {"val_loss": F.cross_entropy(z, batch.labels), "val_accuracy": self.exactitude},
            batch_size=len(batch.labels),
        )

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.pas)


print("TextClassifier: ok")

# %% grade_id="q5-entropy-regularised"
class EntropyRegularizedClassifier(TextClassifier):
    def __init__(self, embeddings, pooling, strength=0.0, **options):
        super().__init__(embeddings, pooling, **options)
        self.lam = strength

    def training_step(self, batch, batch_idx):
        texte, poids = self.lire(batch.tokens, batch.mask)
        ce = F.cross_entropy(self.tete(texte), batch.labels)
        h = attention_entropy(poids, batch.mask)
        print("entropies:", h.detach())
        return ce + self.lam * h.mean()
