# %% tags=["mutant"]
# mistake = "the scores are taken of the words without their gradient"
# loses = ["q2-learned-query"]
# breaks = ["gradient"]
# hint = "no detach, no no_grad"
# public = false

# %% grade_id="q2-learned-query"
class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim))
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x.detach() @ self.query).masked_fill(~mask, -1e9)
        weights = scores.softmax(dim=1) * mask
        return torch.bmm(weights.unsqueeze(1), x).squeeze(1), weights
