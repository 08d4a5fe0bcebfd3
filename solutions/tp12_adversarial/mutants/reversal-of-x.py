# %% tags=["mutant"]
# mistake = "x is reversed, not the gradient"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "the gradient that comes in is reversed"
# public = true

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength, ctx.x = strength, x
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.strength * ctx.x, None

    return Reversal.apply(x, strength)
