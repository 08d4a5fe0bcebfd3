# %% tags=["mutant"]
# mistake = "the λ of the last call serves for all"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "λ is kept where the next call finds it"
# public = false

# %% grade_id="q5-reversal"
LAST = []


def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            LAST[:] = [strength]
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -LAST[0] * gradient, None

    return Reversal.apply(x, strength)
