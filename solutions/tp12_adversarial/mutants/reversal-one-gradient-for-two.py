# %% tags=["mutant"]
# mistake = "backward returns one gradient for two inputs"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "None for a number"
# public = true

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.strength * gradient

    return Reversal.apply(x, strength)
