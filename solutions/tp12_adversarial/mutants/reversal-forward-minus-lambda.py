# %% tags=["mutant"]
# mistake = "the forward pass returns -λ x"
# loses = ["q5-reversal"]
# breaks = ["forward-identity"]
# hint = "torch.autograd.Function tells both apart"
# public = true
# check = "the forward pass returns −λ x"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return -strength * x

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.strength * gradient, None

    return Reversal.apply(x, strength)
