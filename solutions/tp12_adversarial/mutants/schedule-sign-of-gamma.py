# %% tags=["mutant"]
# mistake = "exp(γ p): λ is negative, beside a negated gradient"
# loses = ["q5-schedule"]
# breaks = ["values"]
# hint = "the sign of γ"
# public = true

# %% grade_id="q5-schedule"
def reversal_strength(progress: float, gamma: float = 10.0) -> float:
    return 2 / (1 + math.exp(gamma * progress)) - 1
