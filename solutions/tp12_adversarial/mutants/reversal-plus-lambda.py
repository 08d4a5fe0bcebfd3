# %% tags=["mutant"]
# mistake = "λ times the gradient, without the sign"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "the sign: −λ times"
# public = true
# check = "the sign: −λ times"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return ctx.strength * gradient, None

    return Reversal.apply(x, strength)
