# %% tags=["mutant"]
# mistake = "x keeps its own gradient beside the reversed one"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "1 − λ in place of −λ"
# public = true
# check = "−λ times the gradient"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return x - strength * (x - x.detach())
