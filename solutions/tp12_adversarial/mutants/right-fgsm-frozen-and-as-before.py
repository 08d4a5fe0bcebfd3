# %% tags=["mutant"]
# variant = "parameters frozen while it works, and each of them as it was afterwards"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model, x, mask, labels, epsilon):
    flags = [p.requires_grad for p in model.parameters()]
    for p in model.parameters(): p.requires_grad_(False)
    leaf = x.detach().clone(); leaf.requires_grad = True
    F.nll_loss(model(leaf, mask).log_softmax(-1), labels, reduction="sum").backward()
    for p, f in zip(model.parameters(), flags): p.requires_grad_(f)
    step = epsilon * leaf.grad.sign()
    step[~mask] = 0
    return x.detach() + step
