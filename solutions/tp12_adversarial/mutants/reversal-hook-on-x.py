# %% tags=["mutant"]
# mistake = "the hook is put on x itself: all that reads x is reversed, and x without a gradient raises"
# loses = ["q5-reversal", "q5-domain-adversarial"]
# breaks = ["forward-identity"]
# hint = "x.view_as(x)"
# public = true

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    x.register_hook(lambda gradient: -strength * gradient)
    return x
