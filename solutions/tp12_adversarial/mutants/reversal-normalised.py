# %% tags=["mutant"]
# mistake = "the gradient is divided by its norm"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "−λ times the gradient"
# public = true
# check = "times as large as it should be"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.strength * gradient / gradient.norm(), None

    return Reversal.apply(x, strength)
