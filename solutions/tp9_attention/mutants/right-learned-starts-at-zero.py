# %% tags=["mutant"]
# variant = "the query starts at 0, where every word weighs the same; its gradient is not 0"
# loses = []

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.out_features = dim
        self.query = nn.Parameter(torch.zeros(dim))

    def forward(self, x, mask):
        weights = (x @ self.query).masked_fill(~mask, float("-inf")).softmax(dim=1).nan_to_num() * mask
        return torch.einsum("bl,bld->bd", weights, x), weights
