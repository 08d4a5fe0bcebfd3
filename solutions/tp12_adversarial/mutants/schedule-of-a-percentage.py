# %% tags=["mutant"]
# mistake = "p is taken for a percentage"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "2 / (1 + exp(−γ p)) − 1"
# public = true
# check = "2 / (1 + exp(−γ p)) − 1"

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 2 / (1 + math.exp(-gamma * progress / 100)) - 1
