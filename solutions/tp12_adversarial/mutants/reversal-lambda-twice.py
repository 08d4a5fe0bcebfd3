# %% tags=["mutant"]
# mistake = "λ² times the gradient"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "λ counts twice"
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
            return -(ctx.strength**2) * gradient, None

    return Reversal.apply(x, strength)
