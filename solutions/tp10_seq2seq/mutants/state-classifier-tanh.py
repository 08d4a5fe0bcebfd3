# %% tags=["mutant"]
# mistake = "a tanh of each logit"
# loses = ["q2-classifier"]
# breaks = ["logits"]
# hint = "no tanh"
# public = false

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.output = nn.Linear(encoder.out_features, num_classes)

    def forward(self, tokens, mask):
        _, final = self.encoder(tokens, mask)
        return torch.tanh(self.output(final))
