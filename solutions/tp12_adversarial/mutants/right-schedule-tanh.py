# %% tags=["mutant"]
# variant = "tanh(γ p / 2)"
# loses = []

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return math.tanh(gamma * progress / 2)
