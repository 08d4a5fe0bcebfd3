# %% tags=["mutant"]
# variant = "a module around a function of autograd, λ in a tensor"
# loses = []

# %% grade_id="q5-reversal"
class Turned(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, strength):
        ctx.save_for_backward(strength)
        return x.view_as(x)

    @staticmethod
    def backward(ctx, gradient):
        (strength,) = ctx.saved_tensors
        return -strength * gradient, None


class Layer(nn.Module):
    def __init__(self, strength):
        super().__init__()
        self.strength = torch.tensor(float(strength))

    def forward(self, x):
        return Turned.apply(x, self.strength)


def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    return Layer(strength)(x)
