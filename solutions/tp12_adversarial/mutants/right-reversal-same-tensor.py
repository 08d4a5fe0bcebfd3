# %% tags=["mutant"]
# variant = "the forward pass returns x itself: torch makes a view of it"
# loses = []

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.strength * gradient, None

    return Reversal.apply(x, strength)
