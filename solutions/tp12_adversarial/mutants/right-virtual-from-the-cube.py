# %% tags=["mutant"]
# variant = "cross-entropy, from a start in the cube"
# loses = []

# %% grade_id="q4-virtual-steepest"
def virtual_steepest(model, x, mask, epsilon, xi=0.1, iterations=1):
    m = mask[..., None]; x0 = x.detach()
    p = model(x0, mask).detach().softmax(1)
    d = torch.rand(x0.shape) * 2 - 1
    for _ in range(iterations):
        d = d * m
        d = d / (d.flatten(1).norm(dim=1)[:, None, None] + 1e-12)
        d = d.detach().requires_grad_()
        cost = -(p * model(x0 + xi * d, mask).log_softmax(1)).sum()
        d = torch.autograd.grad(cost, d)[0]
    d = d * m
    return epsilon * d / (d.flatten(1).norm(dim=1)[:, None, None] + 1e-12)
