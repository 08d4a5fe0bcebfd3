# %% tags=["mutant"]
# mistake = "1 is not taken off: λ starts at 1"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "λ starts at 1"
# public = true

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 2 / (1 + math.exp(-gamma * progress))
