# %% tags=["mutant"]
# trivial = "the mean again, beside a parameter that does nothing"

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query = nn.Parameter(torch.randn(dim))
        self.out_features = dim

    def forward(self, x, mask):
        return MeanPooling(self.out_features)(x, mask)
