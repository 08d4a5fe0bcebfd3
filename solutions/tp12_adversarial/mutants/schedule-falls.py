# %% tags=["mutant"]
# mistake = "λ falls from 1 to 0"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "it does not fall"
# public = true

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 2 - 2 / (1 + math.exp(-gamma * progress))
