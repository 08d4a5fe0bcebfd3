# %% tags=["mutant"]
# mistake = "the λ of the first call serves for all"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "−λ times the gradient"
# public = true
# check = "times as large as it should be"

# %% grade_id="q5-reversal"
KEPT = []


def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            KEPT.append(strength)
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -KEPT[0] * gradient, None

    return Reversal.apply(x, strength)
