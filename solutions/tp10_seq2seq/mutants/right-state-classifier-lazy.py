# %% tags=["mutant"]
# variant = "a lazy layer, and a normalisation of each state"
# loses = []

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.norm = nn.LayerNorm(encoder.out_features)
        self.fc = nn.LazyLinear(num_classes)

    def forward(self, tokens, mask):
        states = self.encoder(tokens=tokens, mask=mask)
        return self.fc(self.norm(states[1]))
