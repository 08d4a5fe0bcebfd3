# %% tags=["mutant"]
# mistake = "the logistic function itself: λ starts at 1/2"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "λ starts at 1/2"
# public = true

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 1 / (1 + math.exp(-gamma * progress))
