# %% tags=["mutant"]
# variant = "a function with setup_context"
# loses = []

# %% grade_id="q5-reversal"
class Rev(torch.autograd.Function):
    @staticmethod
    def forward(x, strength): return x.clone()
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.lam = inputs[1]
    @staticmethod
    def backward(ctx, g): return g * -ctx.lam, None
def reverse_gradient(x, strength): return Rev.apply(x, strength)
