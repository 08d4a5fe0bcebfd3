# %% tags=["mutant"]
# mistake = "training keeps the mask of the first batch"
# loses = ["q4-seq2seq"]
# breaks = ["teacher-and-loss"]
# hint = "hand the masks on as they are"
# public = false

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
        if getattr(self, "mask", None) is None or self.mask.shape != batch.source_mask.shape:
            self.mask = batch.source_mask
        batch = batch._replace(source_mask=self.mask)
        if self.teacher_forcing:
            logits = self(batch.source, batch.source_mask, batch.teacher)
        else:
            logits = self.without_teacher(batch)
        return sequence_loss(logits, batch.target, batch.target_mask)

    def without_teacher(self, batch):
        memory, state = self.encoder(batch.source, batch.source_mask)
        read, steps = torch.full_like(batch.teacher[:, :1], START), []
        for _ in range(batch.target.shape[1]):
            step, state, _ = self.decoder(read, state, memory, batch.source_mask)
            read = step.argmax(dim=2)
            steps.append(step)
        return torch.cat(steps, dim=1)

    def validation_step(self, batch, batch_idx):
        logits = self(batch.source, batch.source_mask, batch.teacher)
        loss = sequence_loss(logits, batch.target, batch.target_mask)
        self.log("val_loss", loss, batch_size=int(batch.target_mask.sum()))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
