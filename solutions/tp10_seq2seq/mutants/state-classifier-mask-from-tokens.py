# %% tags=["mutant"]
# mistake = "the mask is made of the tokens"
# loses = ["q2-classifier"]
# breaks = ["handed"]
# hint = "mask is handed on as it is"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, tokens != 0)
        return self.output(final)
