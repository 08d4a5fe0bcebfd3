# %% tags=["mutant"]
# mistake = "λ is 1 from the beginning"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "λ rises along training"
# public = true
# check = "2 / (1 + exp(−γ p)) − 1"

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 1.0
