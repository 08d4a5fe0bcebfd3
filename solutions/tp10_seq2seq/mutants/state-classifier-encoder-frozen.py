# %% tags=["mutant"]
# mistake = "the encoder does not learn"
# loses = ["q2-classifier"]
# breaks = ["handed"]
# hint = "the encoder learns too"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.encoder.requires_grad_(False)
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return self.output(final)
