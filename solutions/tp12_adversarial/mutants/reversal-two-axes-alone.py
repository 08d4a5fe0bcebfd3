# %% tags=["mutant"]
# mistake = "x must have two axes"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "fewer axes than you think"
# public = true

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength, _ = strength, x.flatten(1)
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.strength * gradient, None

    return Reversal.apply(x, strength)
