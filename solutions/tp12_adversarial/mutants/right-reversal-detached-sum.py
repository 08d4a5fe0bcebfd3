# %% tags=["mutant"]
# variant = "x.detach() (1 + λ) - λ x"
# loses = []

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return x.detach() * (1 + strength) - strength * x
