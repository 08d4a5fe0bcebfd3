# %% tags=["mutant"]
# variant = "backward on all, the gradients of the model being put aside and put back"
# loses = []

# %% grade_id="q1-fgsm"
def fgsm(model, x, mask, labels, epsilon):
    saved = [p.grad for p in model.parameters()]
    for p in model.parameters(): p.grad = None
    leaf = x.detach().requires_grad_()
    F.cross_entropy(model(leaf, mask), labels).backward()
    for p, g in zip(model.parameters(), saved): p.grad = g
    return (x + epsilon * leaf.grad.sign() * mask[..., None]).detach()
