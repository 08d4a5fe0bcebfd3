# %% tags=["mutant"]
# variant = "exp of a log_softmax, mask by where"
# loses = []

# %% grade_id="q7-attend"
def attend(scores, values, mask):
    s = torch.where(mask.unsqueeze(1), scores, torch.full_like(scores, -torch.inf))
    weights = F.log_softmax(s, dim=2).exp()
    return weights.matmul(values), weights
