# %% tags=["mutant"]
# mistake = "every row gets the mean gradient of the batch"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "mean of all"
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
            return -ctx.strength * gradient.mean(dim=0).expand_as(gradient), None

    return Reversal.apply(x, strength)
