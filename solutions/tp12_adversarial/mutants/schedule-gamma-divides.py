# %% tags=["mutant"]
# mistake = "p is divided by γ"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "multiplied by γ, not divided"
# public = true
# check = "2 / (1 + exp(−γ p)) − 1"

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 2 / (1 + math.exp(-progress / gamma)) - 1
