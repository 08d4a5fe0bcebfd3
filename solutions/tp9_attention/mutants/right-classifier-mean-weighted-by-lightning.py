# %% tags=["mutant"]
# variant = "accuracy of each batch, which self.log averages by the number of reviews"
# loses = []

# %% grade_id="q1-classifier"
class TextClassifier(LightningModule):
    def __init__(self, embeddings, pooling, num_classes=2, lr=1e-2, freeze_embeddings=True):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(embeddings.clone(), freeze=freeze_embeddings)
        self.pooling = pooling
        self.output = nn.Linear(pooling.out_features, num_classes)
        self.lr = lr

    def forward(self, tokens, mask):
        return self.output(self.pooling(self.embedding(tokens), mask)[0])

    def training_step(self, batch, batch_idx):
        loss = F.cross_entropy(self(*batch[:2]), batch[2])
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        scores = self(*batch[:2])
        acc = (scores.argmax(1) == batch[2]).float().mean()
        self.log("val_loss", F.cross_entropy(scores, batch[2]), batch_size=len(batch[2]))
        self.log("val_accuracy", acc, batch_size=len(batch[2]))

    def configure_optimizers(self):
        return torch.optim.Adam(filter(lambda p: p.requires_grad, self.parameters()), lr=self.lr)
