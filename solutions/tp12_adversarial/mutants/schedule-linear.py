# %% tags=["mutant"]
# mistake = "λ is p"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "this is p itself"
# public = true

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return progress
