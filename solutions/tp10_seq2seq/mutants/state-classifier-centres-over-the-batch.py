# %% tags=["mutant"]
# mistake = "final states are centred over the batch"
# loses = ["q2-classifier"]
# breaks = ["alone"]
# hint = "each line is read by itself"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return self.output(final - final.mean(dim=0))
