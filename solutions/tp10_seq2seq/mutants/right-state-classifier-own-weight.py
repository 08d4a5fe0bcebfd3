# %% tags=["mutant"]
# variant = "a matrix and a bias of its own"
# loses = []

# %% grade_id="q2-classifier"
class StateClassifier(nn.Module):
    def __init__(self, encoder, num_classes):
        super().__init__()
        self.encoder = encoder
        self.w = nn.Parameter(torch.randn(encoder.out_features, num_classes))
        self.b = nn.Parameter(torch.zeros(num_classes))

    def forward(self, tokens, mask):
        final = self.encoder(tokens, mask)[-1]
        return torch.addmm(self.b, final, self.w)
