# %% tags=["mutant"]
# mistake = "torch's seed is set"
# loses = ["q5-reversal"]
# breaks = ["forward-identity"]
# hint = "torch's seed, and it is left alone"
# public = false

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    torch.manual_seed(0)
    return (1 + strength) * x.detach() - strength * x
