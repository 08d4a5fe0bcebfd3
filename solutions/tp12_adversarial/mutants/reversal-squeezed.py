# %% tags=["mutant"]
# mistake = "the axis of a batch of one is squeezed away"
# loses = ["q5-reversal"]
# breaks = ["forward-identity"]
# hint = "in another shape"
# public = false

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return ((1 + strength) * x.detach() - strength * x).squeeze()
