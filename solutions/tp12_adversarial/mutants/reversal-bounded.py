# %% tags=["mutant"]
# mistake = "large gradients are cut"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "no norm, no mean, no bound"
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
            return (-ctx.strength * gradient).clamp(-20, 20), None

    return Reversal.apply(x, strength)
