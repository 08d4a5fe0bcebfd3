# %% tags=["mutant"]
# mistake = "without teacher forcing, the tokens that are chosen are written into the batch's teacher"
# loses = ["q4-seq2seq"]
# breaks = ["calls"]
# hint = "into a tensor of their own"
# public = false

# %% grade_id="q4-seq2seq"
class Seq2Seq(LightningModule):
    def __init__(self, encoder, decoder, lr=5e-3, teacher_forcing=True):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.lr, self.teacher_forcing = lr, teacher_forcing

    def forward(self, source, source_mask, teacher):
        memory, state = self.encoder(source, source_mask)
        return self.decoder(teacher, state, memory, source_mask)[0]

    def training_step(self, batch, batch_idx):
        memory, state = self.encoder(batch.source, batch.source_mask)
        if self.teacher_forcing:
            logits = self.decoder(batch.teacher, state, memory, batch.source_mask)[0]
        else:
            steps = []
            for place in range(batch.target.shape[1]):
                token = batch.teacher[:, place : place + 1].clone()
                step, state, _ = self.decoder(token, state, memory, batch.source_mask)
                steps.append(step)
                batch.teacher[:, place + 1 : place + 2] = step.argmax(dim=2)
            logits = torch.cat(steps, dim=1)
        return sequence_loss(logits, batch.target, batch.target_mask)

    def validation_step(self, batch, batch_idx):
        logits = self(batch.source, batch.source_mask, batch.teacher)
        loss = sequence_loss(logits, batch.target, batch.target_mask)
        self.log("val_loss", loss, batch_size=int(batch.target_mask.sum()))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)
