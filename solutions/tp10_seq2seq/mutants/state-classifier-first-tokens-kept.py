# %% tags=["mutant"]
# mistake = "the tokens of the first batch of a shape are kept"
# loses = ["q2-classifier"]
# breaks = ["handed"]
# hint = "self.encoder(tokens, mask)"
# public = false

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.kept = {}
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        tokens = self.kept.setdefault(tokens.shape, tokens)
        _, final = self.encoder(tokens, mask)
        return self.output(final)
