# %% tags=["mutant"]
# mistake = "the first state is added to the final one"
# loses = ["q2-classifier"]
# breaks = ["final-alone"]
# hint = "memory has no part"
# public = true

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        memory, final = self.encoder(tokens, mask)
        return self.output(final + memory[:, 0])
