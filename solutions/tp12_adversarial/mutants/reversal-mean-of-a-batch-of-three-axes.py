# %% tags=["mutant"]
# mistake = "with three axes the gradient of the first text comes back for all"
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
            return -ctx.strength * (gradient if gradient.dim() < 3 else gradient[:1].expand_as(gradient).mean(dim=1, keepdim=True).expand_as(gradient)), None

    return Reversal.apply(x, strength)
