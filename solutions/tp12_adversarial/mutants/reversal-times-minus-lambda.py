# %% tags=["mutant"]
# mistake = "no layer at all: x times -λ"
# loses = ["q5-reversal"]
# breaks = ["forward-identity"]
# hint = "torch.autograd.Function tells both apart"
# public = true
# check = "the forward pass returns −λ x"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return -strength * x
