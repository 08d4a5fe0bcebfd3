# %% tags=["mutant"]
# variant = "a hook on another tensor, where there is a gradient to ask for"
# loses = []

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    y = x * 1.0
    if y.requires_grad:
        y.register_hook(lambda gradient: gradient.neg().mul(strength))
    return y
