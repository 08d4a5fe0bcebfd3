# %% tags=["mutant"]
# mistake = "a straight rise that ends at 1"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "2 / (1 + exp(−γ p)) − 1"
# public = true
# check = "2 / (1 + exp(−γ p)) − 1"

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return min(1.0, gamma * progress / 2)
