# %% tags=["mutant"]
# mistake = "the gradient that comes in is changed in place"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "other branches may be handed this very gradient"
# public = false

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return gradient.mul_(-ctx.strength), None

    return Reversal.apply(x, strength)
