# %% tags=["mutant"]
# mistake = "num_classes is not used"
# loses = ["q2-classifier"]
# breaks = ["logits"]
# hint = "num_classes"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, 2)

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return self.output(final)
