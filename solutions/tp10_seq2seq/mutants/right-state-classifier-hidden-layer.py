# %% tags=["mutant"]
# variant = "a hidden layer, and dropout that is off in evaluation"
# loses = []

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Sequential(
            nn.Dropout(0.5),
            nn.Linear(encoder.out_features, 16),
            nn.ReLU(),
            nn.Linear(16, num_classes),
        )

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return self.output(final)
