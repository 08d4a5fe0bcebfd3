# %% tags=["mutant"]
# mistake = "tanh(γ p), twice as fast"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "not tanh(γ p)"
# public = true

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return math.tanh(gamma * progress)
