# %% tags=["mutant"]
# mistake = "the linear layer stands in a Python list, and is not registered"
# loses = ["q2-classifier"]
# breaks = ["final-alone"]
# hint = "memory"
# public = false

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.layers = [nn.Linear(encoder.out_features, num_classes)]

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return self.layers[0](final)
