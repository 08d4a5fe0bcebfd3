# %% tags=["mutant"]
# mistake = "the encoder is kept under another name"
# loses = ["q2-classifier"]
# breaks = ["handed"]
# hint = "self.encoder is the encoder"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.reader = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        _, final = self.reader(tokens, mask)
        return self.output(final)
