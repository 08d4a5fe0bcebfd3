# %% tags=["mutant"]
# mistake = "λ is 0 for the first steps"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "2 / (1 + exp(−γ p)) − 1"
# public = false

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 0.0 if progress < 0.02 else math.tanh(gamma * progress / 2)
