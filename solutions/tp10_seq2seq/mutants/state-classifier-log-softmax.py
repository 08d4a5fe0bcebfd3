# %% tags=["mutant"]
# mistake = "a log_softmax in the model"
# loses = ["q2-classifier"]
# breaks = ["logits"]
# hint = "no log_softmax"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return F.log_softmax(self.output(final), dim=1)
