# %% tags=["mutant"]
# mistake = "the sign of the gradient, times -λ"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "−λ times the gradient"
# public = true
# check = "−λ times the gradient"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.strength * gradient.sign(), None

    return Reversal.apply(x, strength)
