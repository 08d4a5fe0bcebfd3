# %% tags=["mutant"]
# variant = "the forward pass returns a view"
# loses = []

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x.view_as(x)

        @staticmethod
        def backward(ctx, gradient):
            return gradient.neg() * ctx.strength, None

    return Reversal.apply(x, strength)
