# %% tags=["mutant"]
# mistake = "the gradient is divided by λ"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "multiplied by λ, not divided"
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
            return -gradient / max(ctx.strength, 1e-6), None

    return Reversal.apply(x, strength)
