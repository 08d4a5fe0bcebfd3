# %% tags=["mutant"]
# mistake = "the encoder is called under no_grad"
# loses = ["q2-classifier"]
# breaks = ["handed"]
# hint = "the encoder learns too"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        with torch.no_grad():
            _, final = self.encoder(tokens, mask)
        return self.output(final)
