# %% tags=["mutant"]
# mistake = "the logits come from the mean of memory"
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
        memory, _ = self.encoder(tokens, mask)
        return self.output(
            (memory * mask.unsqueeze(2)).sum(dim=1) / mask.sum(dim=1, keepdim=True)
        )
