# %% tags=["mutant"]
# mistake = "the encoder is called once for memory, once for the final state"
# loses = ["q2-classifier"]
# breaks = ["handed"]
# hint = "one call gives memory"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        memory = self.encoder(tokens, mask)[0]
        final = self.encoder(tokens, mask)[1]
        return self.output(final)
