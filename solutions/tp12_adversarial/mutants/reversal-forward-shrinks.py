# %% tags=["mutant"]
# mistake = "what comes out is (1 - λ) x: the constant part is x, not (1 + λ) x"
# loses = ["q5-reversal"]
# breaks = ["forward-identity"]
# hint = "a part of x is missing"
# public = true

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return x.detach() - strength * x
