# %% tags=["mutant"]
# mistake = "γ is 10, whatever is asked"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "gamma is an argument"
# public = true

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 2 / (1 + math.exp(-10 * progress)) - 1
