# %% tags=["mutant"]
# mistake = "the decoder starts from the last column of the memory"
# loses = ["q4-seq2seq"]
# breaks = ["teacher-and-loss"]
# hint = "the decoder is handed teacher, state, memory and mask"
# public = true

# %% grade_id="q4-seq2seq"
class Seq2Seq(LightningModule):
    def __init__(self, encoder, decoder, lr=5e-3, teacher_forcing=True):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.lr, self.teacher_forcing = lr, teacher_forcing

    def forward(self, source, source_mask, teacher):
        memory, final = self.encoder(source, source_mask)
        logits, _, _ = self.decoder(teacher, memory[:, -1], memory, source_mask)
        return logits

    def alone(self, source, source_mask, steps):
        memory, state = self.encoder(source, source_mask)
        token, logits = torch.full((len(source), 1), START), []
        for _ in range(steps):
            out, state, _ = self.decoder(token, state, memory, source_mask)
            logits.append(out)
            token = out.argmax(dim=2)
        return torch.cat(logits, dim=1)

    def training_step(self, batch, batch_idx):
        if self.teacher_forcing:
            logits = self(batch.source, batch.source_mask, batch.teacher)
        else:
            logits = self.alone(batch.source, batch.source_mask, batch.target.shape[1])
        return sequence_loss(logits, batch.target, batch.target_mask)

    def validation_step(self, batch, batch_idx):
        loss = sequence_loss(self(batch.source, batch.source_mask, batch.teacher), batch.target, batch.target_mask)
        self.log("val_loss", loss, batch_size=int(batch.target_mask.sum()))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
