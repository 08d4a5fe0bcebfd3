# %% tags=["mutant"]
# variant = "what is nan afterwards is 0"
# loses = []

# %% grade_id="q3-steepest"
def steepest(model, x, mask, labels, epsilon):
    s = x.detach().requires_grad_()
    g = torch.autograd.grad(F.cross_entropy(model(s, mask), labels, reduction="sum"), s)[0].masked_fill(~mask[..., None], 0)
    n = g.square().sum((1, 2), keepdim=True).sqrt()
    return torch.nan_to_num(epsilon * g / n)
