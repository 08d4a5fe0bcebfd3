# %% tags=["mutant"]
# mistake = "what comes out is of float64"
# loses = ["q5-reversal"]
# breaks = ["forward-identity"]
# hint = "float32"
# public = false

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return (1 + strength) * x.detach().double() - strength * x
