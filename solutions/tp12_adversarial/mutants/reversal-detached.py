# %% tags=["mutant"]
# mistake = "x is cut off from the graph"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "x is cut off"
# public = true
# check = "x is cut off"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return x.detach()
