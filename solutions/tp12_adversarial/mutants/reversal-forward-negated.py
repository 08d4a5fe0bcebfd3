# %% tags=["mutant"]
# mistake = "the forward pass is negated, not the gradient"
# loses = ["q5-reversal"]
# breaks = ["backward", "forward-identity"]
# hint = "not λ times"
# public = true
# check = "the forward pass returns −x"

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.strength = strength
            return -x

        @staticmethod
        def backward(ctx, gradient):
            return ctx.strength * gradient, None

    return Reversal.apply(x, strength)
