# %% tags=["mutant"]
# variant = "exp of a log-softmax; dropout on the weights, off in evaluation"
# loses = []

# %% grade_id="q2-learned-query"
def masked_log_softmax(scores, mask):
    scores = scores.masked_fill(mask.logical_not(), -1e10)
    return scores - torch.logsumexp(scores, dim=1, keepdim=True)


class LearnedQueryPooling(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(dim, 1))
        self.dropout = nn.Dropout(0.1)
        self.out_features = dim

    def forward(self, x, mask):
        scores = (x @ self.query).squeeze(2)
        alpha = masked_log_softmax(scores, mask).exp() * mask
        return (self.dropout(alpha).unsqueeze(1) @ x).squeeze(1), alpha
