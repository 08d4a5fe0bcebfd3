# %% tags=["mutant"]
# mistake = "a batch normalisation of the final states"
# loses = ["q2-classifier"]
# breaks = ["alone"]
# hint = "in training"
# public = false

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.norm = nn.BatchNorm1d(encoder.out_features)
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return self.output(self.norm(final))
