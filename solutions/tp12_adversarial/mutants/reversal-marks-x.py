# %% tags=["mutant"]
# mistake = "x itself is made to ask for a gradient"
# loses = ["q5-reversal"]
# breaks = ["forward-identity"]
# hint = "marks the caller's tensor"
# public = false

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    x.requires_grad_()
    return (1 + strength) * x.detach() - strength * x
