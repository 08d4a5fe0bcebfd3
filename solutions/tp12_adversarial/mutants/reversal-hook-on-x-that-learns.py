# %% tags=["mutant"]
# mistake = "the hook is put on x itself where it learns: all that reads x is reversed"
# loses = ["q5-reversal", "q5-domain-adversarial"]
# breaks = ["forward-identity"]
# hint = "hooks on x change the caller's tensor"
# public = true
# check = "all that reads x is reversed"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    if x.requires_grad:
        x.register_hook(lambda gradient: -strength * gradient)
    return x
