# %% tags=["mutant"]
# variant = "the gradient of the loss for the logits by hand, then that of the logits"
# loses = []

# %% grade_id="q1-sensitivity"
def sensitivity(model, x, mask, labels):
    x0 = x.detach().requires_grad_()
    z = model(x0, mask)
    up = z.softmax(1).detach() - F.one_hot(labels, z.shape[1])
    g = torch.autograd.grad(z, x0, up)[0]
    return (g.abs() * mask[..., None]).sum(-1)
