# %% tags=["mutant"]
# mistake = "an nn.Module with a method backward, which autograd never calls"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "torch.autograd.Function tells both apart"
# public = true
# check = "is your backward called?"

# %% grade_id="q5-reversal"
class Reversal(nn.Module):
    def __init__(self, strength):
        super().__init__()
        self.strength = strength

    def forward(self, x):
        return x

    def backward(self, gradient):
        return -self.strength * gradient


def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return Reversal(strength)(x)
