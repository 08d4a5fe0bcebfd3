# %% tags=["mutant"]
# variant = "a tensor of one number"
# loses = []

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 2 * torch.sigmoid(torch.tensor(gamma * progress)) - 1
