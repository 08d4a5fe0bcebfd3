# %% tags=["mutant"]
# mistake = "λ is handed to save_for_backward, which takes tensors"
# loses = ["q5-reversal"]
# breaks = ["backward"]
# hint = "ctx.strength = strength"
# public = true

# %% grade_id="q5-reversal"
def reverse_gradient(x: Tensor, strength: float) -> Tensor:
    class Reversal(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, strength):
            ctx.save_for_backward(strength)
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            return -ctx.saved_tensors[0] * gradient, None

    return Reversal.apply(x, strength)
