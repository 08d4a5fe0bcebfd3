# %% tags=["mutant"]
# variant = "in evaluation mode, each part of the model put back in its own mode afterwards"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model, x, mask, labels, epsilon):
    was = {m: m.training for m in model.modules()}
    model.eval()
    with torch.enable_grad():
        leaf = x.clone().detach().requires_grad_(True)
        g, = torch.autograd.grad(F.cross_entropy(model(leaf, mask), labels), leaf)
    for m, t in was.items(): m.training = t
    return torch.where(mask[..., None], x + epsilon * torch.sign(g), x).detach()
