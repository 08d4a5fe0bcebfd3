# %% tags=["mutant"]
# variant = "the largest number is divided by first, as in the code of the paper"
# loses = []

# %% grade_id="q3-steepest"
def steepest(model, x, mask, labels, epsilon):
    s = x.detach().requires_grad_()
    g = torch.autograd.grad(F.cross_entropy(model(s, mask), labels), s)[0] * mask[..., None]
    big = g.abs().amax((1, 2), keepdim=True) + 1e-20
    h = g / big
    return epsilon * h / (h.square().sum((1, 2), keepdim=True) + 1e-12).sqrt()
