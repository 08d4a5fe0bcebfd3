# %% tags=["mutant"]
# variant = "(1 - e) / (1 + e)"
# loses = []

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    decay = math.exp(-gamma * progress)
    return (1 - decay) / (1 + decay)
