# %% tags=["mutant"]
# mistake = "negative gradients are dropped"
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
            return -ctx.strength * gradient.clamp(min=0), None

    return Reversal.apply(x, strength)
