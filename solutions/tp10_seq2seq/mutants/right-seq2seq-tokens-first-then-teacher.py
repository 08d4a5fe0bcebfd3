# %% tags=["mutant"]
# variant = "without teacher the tokens are chosen without a gradient, then read as a teacher"
# loses = []

# %% grade_id="q4-seq2seq"
class Seq2Seq(LightningModule):
    def __init__(self, encoder, decoder, lr=5e-3, teacher_forcing=True):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.lr, self.teacher_forcing = lr, teacher_forcing

    def forward(self, source, source_mask, teacher):
        memory, state = self.encoder(source, source_mask)
        logits, _, _ = self.decoder(teacher, state, memory, source_mask)
        return logits

    def training_step(self, batch, batch_idx):
        if self.teacher_forcing:
            logits = self(batch.source, batch.source_mask, batch.teacher)
        else:
            logits = self.without_teacher(batch)
        return sequence_loss(logits, batch.target, batch.target_mask)

    def without_teacher(self, batch):
        written = torch.full_like(batch.teacher, START)
        with torch.no_grad():
            for place in range(1, written.shape[1]):
                logits = self(batch.source, batch.source_mask, written[:, :place])
                written[:, place] = logits[:, -1].argmax(dim=1)
        return self(batch.source, batch.source_mask, written)

    def validation_step(self, batch, batch_idx):
        logits = self(batch.source, batch.source_mask, batch.teacher)
        loss = sequence_loss(logits, batch.target, batch.target_mask)
        self.log("val_loss", loss, batch_size=int(batch.target_mask.sum()))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
